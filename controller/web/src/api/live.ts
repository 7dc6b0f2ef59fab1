/** Opens a live stream for a tile: starts its worker, and feeds the video element where WebCodecs is missing. */
import type { Quality } from "../lib/framing";
import type { FromWorker, ToWorker } from "./live.protocol";
import { MediaFeeder } from "./mse";

export type { LiveFigures, LiveStatus } from "./live.protocol";
/** `derived`: pictures of blocks, for who may not see clear ones. */
export type LiveMode = "webcodecs" | "mse" | "stills" | "derived";
export type LiveNews = Exclude<FromWorker, { kind: "media-init" | "media" }>;

/** How this browser can play; `?player=mse` or `?player=stills` in the address forces a fallback. */
export function liveMode(): LiveMode {
  const forced = new URLSearchParams(location.search).get("player");
  const codecs = "VideoDecoder" in window && "OffscreenCanvas" in window;
  if (forced === "stills") return "stills";
  if (codecs && forced !== "mse") return "webcodecs";
  return canMse() ? "mse" : "stills";
}

const canMse = (): boolean => "MediaSource" in window || "ManagedMediaSource" in window;

/** What is tried where a camera's codec cannot be played so: MSE takes H.264 only, single pictures always come. */
export const nextMode = (mode: LiveMode, codec: string): LiveMode => (mode === "webcodecs" && codec.startsWith("avc") && canMse() ? "mse" : "stills");

const address = (camera: string, quality: Quality): string =>
  `${location.origin.replace(/^http/, "ws")}/live/${encodeURIComponent(camera)}?quality=${quality}`;

export class LiveStream {
  private readonly worker: Worker;
  private readonly feeder: MediaFeeder | null;

  /** Start playing into `surface`: a canvas with WebCodecs, a video element with MSE. */
  constructor(camera: string, quality: Quality, surface: HTMLCanvasElement | HTMLVideoElement, listener: (news: LiveNews) => void) {
    this.worker = new Worker(new URL("./live.worker.ts", import.meta.url), { type: "module" });
    const video = surface instanceof HTMLVideoElement ? surface : null;
    this.feeder = video ? new MediaFeeder(video, (pts_ms) => listener({ kind: "picture", pts_ms })) : null;
    this.worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === "media-init") this.feeder?.begin(data.bytes, data.codec, data.origin_ms);
      else if (data.kind === "media") this.feeder?.append(data.bytes, data.key);
      else if (data.kind === "figures" && this.feeder) listener({ ...data, ...this.feeder.figures() });
      else listener(data);
    };
    const canvas = surface instanceof HTMLCanvasElement ? surface.transferControlToOffscreen() : null;
    this.tell({ kind: "open", url: address(camera, quality), mode: video ? "mse" : "webcodecs", canvas }, canvas ? [canvas] : []);
  }

  /** Change to another quality of the same camera; the last picture stays until the new one comes. */
  use(camera: string, quality: Quality): void {
    this.tell({ kind: "url", url: address(camera, quality) });
  }
  pause(): void {
    this.tell({ kind: "pause" });
  }
  resume(): void {
    this.tell({ kind: "resume" });
  }
  /** Ask for a picture; it comes as news (with MSE from the video element). */
  snapshot(): void {
    this.tell({ kind: "snapshot" });
  }
  close(): void {
    this.tell({ kind: "close" });
    this.feeder?.close();
  }

  private tell(message: ToWorker, transfer: Transferable[] = []): void {
    this.worker.postMessage(message, transfer);
  }
}
