/** Single pictures of a camera, one after another: the last resort where neither WebCodecs nor MSE plays a stream. */
import { wait_ms } from "../lib/backoff";
import { API } from "./client";
import type { LiveNews } from "./live";

/** From the end of one picture to the question for the next. */
export const EVERY_MS = 2_000;
const TIMEOUT_MS = 15_000;

export class StillStream {
  private timer = 0;
  private paused = false;
  private closed = false;
  private tries = 0;
  private newest: Blob | null = null;
  private url = "";

  constructor(
    private readonly camera: string,
    private readonly image: HTMLImageElement,
    private readonly listener: (news: LiveNews) => void,
  ) {
    listener({ kind: "status", status: "connecting", detail: "" });
    void this.next();
  }

  /** There is one quality only. */
  use(): void {
    return;
  }
  pause(): void {
    this.paused = true;
    clearTimeout(this.timer);
    this.listener({ kind: "status", status: "paused", detail: "" });
  }
  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    void this.next();
  }
  snapshot(): void {
    if (this.newest) this.listener({ kind: "snapshot", blob: this.newest });
  }
  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    if (this.url) URL.revokeObjectURL(this.url);
  }

  private async next(): Promise<void> {
    clearTimeout(this.timer);
    const shown = await this.ask();
    if (this.closed || this.paused) return;
    this.tries = shown ? 0 : this.tries + 1;
    this.timer = window.setTimeout(() => void this.next(), shown ? EVERY_MS : Math.max(EVERY_MS, wait_ms(this.tries, Math.random())));
  }

  private async ask(): Promise<boolean> {
    try {
      const response = await fetch(`${API}/cameras/${encodeURIComponent(this.camera)}/picture.jpg`, {
        credentials: "same-origin",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const pts_ms = Number(response.headers.get("X-Picture-Ms") ?? NaN);
      if (!response.ok || response.status === 204 || !Number.isFinite(pts_ms)) {
        this.listener({ kind: "status", status: response.status === 204 ? "away" : "retrying", detail: "" });
        return false;
      }
      await this.show(await response.blob(), pts_ms);
      return true;
    } catch {
      if (!this.closed && !this.paused) this.listener({ kind: "status", status: "retrying", detail: "" });
      return false;
    }
  }

  private async show(blob: Blob, pts_ms: number): Promise<void> {
    if (this.closed) return;
    const before = this.url;
    this.url = URL.createObjectURL(blob);
    this.newest = blob;
    this.image.src = this.url;
    await this.image.decode();
    if (before) URL.revokeObjectURL(before);
    this.listener({ kind: "init", width_px: this.image.naturalWidth, height_px: this.image.naturalHeight, codec: "jpeg" });
    this.listener({ kind: "picture", pts_ms });
  }
}
