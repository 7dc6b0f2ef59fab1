/** Derived live pictures, for who may not see clear ones: JPEGs of blocks over a socket; what is late is not shown. */
import { wait_ms } from "../lib/backoff";
import { unframe } from "../lib/framing";
import type { LiveNews } from "./live";

/** What was shown last is of now no longer than this; then the tile is empty and says so. */
export const LATE_MS = 2_000;
const SILENT_MS = 30_000;
const LOOK_MS = 500;

const address = (camera: string): string => `${location.origin.replace(/^http/, "ws")}/live/${encodeURIComponent(camera)}/derived`;

export class DerivedStream {
  private socket: WebSocket | null = null;
  private tries = 0;
  private again = 0;
  private paused = false;
  private shown_ms = 0;
  private heard_ms = 0;
  private came = 0;
  private newest: Blob | null = null;
  private url = "";
  private readonly watch: number;

  constructor(
    private readonly camera: string,
    private readonly image: HTMLImageElement,
    private readonly listener: (news: LiveNews) => void,
  ) {
    this.watch = window.setInterval(() => this.look(), LOOK_MS);
    this.connect();
  }

  /** There is one quality only. */
  use(): void {
    return;
  }
  pause(): void {
    this.paused = true;
    this.end();
    this.tell("paused");
  }
  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.tries = 0;
    this.connect();
  }
  snapshot(): void {
    if (this.newest) this.listener({ kind: "snapshot", blob: this.newest });
  }
  close(): void {
    this.paused = true;
    clearInterval(this.watch);
    this.end();
  }

  private connect(): void {
    clearTimeout(this.again);
    this.tell(this.tries === 0 ? "connecting" : "retrying");
    const opened = new WebSocket(address(this.camera));
    opened.binaryType = "arraybuffer";
    this.socket?.close();
    this.socket = opened;
    this.heard_ms = performance.now();
    opened.onopen = () => this.tell("keyframe");
    opened.onmessage = (message: MessageEvent<unknown>) => {
      if (opened !== this.socket || !(message.data instanceof ArrayBuffer)) return;
      this.heard_ms = performance.now();
      try {
        this.take(message.data);
      } catch (fault) {
        if (!(fault instanceof RangeError || fault instanceof TypeError)) throw fault;
        opened.close();
      }
    };
    opened.onclose = () => {
      if (opened !== this.socket || this.paused) return;
      this.clear();
      this.tell("retrying");
      this.again = window.setTimeout(() => this.connect(), wait_ms(this.tries++, Math.random()));
    };
  }

  private take(message: ArrayBuffer): void {
    const frame = unframe(message);
    if (!frame) return;
    const { meta, payload } = frame;
    if (meta.t === "boxes") this.listener({ kind: "boxes", pts_ms: meta.pts, tracks: meta.tracks });
    else if (meta.t === "state" && meta.state !== "live") {
      this.clear();
      this.tell(meta.state);
    } else if (meta.t === "derived") {
      this.tries = 0;
      this.came += 1;
      void this.show(new Blob([new Uint8Array(payload)], { type: "image/jpeg" }), meta);
    }
  }

  private async show(blob: Blob, meta: { pts: number; width: number; height: number }): Promise<void> {
    const opened = this.socket;
    const url = URL.createObjectURL(blob);
    const before = this.url;
    this.url = url;
    this.image.src = url;
    await this.image.decode().catch(() => undefined);
    if (before) URL.revokeObjectURL(before);
    if (opened !== this.socket || this.url !== url) return;
    this.newest = blob;
    this.shown_ms = performance.now();
    this.listener({ kind: "init", width_px: meta.width, height_px: meta.height, codec: "jpeg" });
    this.listener({ kind: "picture", pts_ms: meta.pts });
  }

  private look(): void {
    const now_ms = performance.now();
    if (this.shown_ms > 0 && now_ms - this.shown_ms > LATE_MS) {
      this.clear();
      this.tell("away");
    }
    if (this.socket?.readyState === WebSocket.OPEN && now_ms - this.heard_ms > SILENT_MS) this.connect();
    if (this.shown_ms > 0) this.listener({ kind: "figures", came_fps: Math.round((this.came * 1000) / LOOK_MS), drawn_fps: Math.round((this.came * 1000) / LOOK_MS), skipped: 0 });
    this.came = 0;
  }

  /** Nothing that is not of now stays on screen. */
  private clear(): void {
    this.shown_ms = 0;
    this.newest = null;
    this.image.removeAttribute("src");
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = "";
  }

  private end(): void {
    clearTimeout(this.again);
    const open = this.socket;
    this.socket = null;
    open?.close();
    this.clear();
  }

  private tell(status: "connecting" | "keyframe" | "waiting" | "away" | "retrying" | "paused"): void {
    this.listener({ kind: "status", status, detail: "" });
  }
}
