/** What the page and its live worker say to each other. */
import type { LiveTrack } from "../lib/framing";

export type ToWorker =
  | { kind: "open"; url: string; mode: "webcodecs" | "mse"; canvas: OffscreenCanvas | null }
  | { kind: "url"; url: string }
  | { kind: "pause" }
  | { kind: "resume" }
  | { kind: "snapshot" }
  | { kind: "close" };

export type FromWorker =
  | { kind: "init"; width_px: number; height_px: number; codec: string }
  | { kind: "picture"; pts_ms: number }
  | { kind: "boxes"; pts_ms: number; tracks: LiveTrack[] }
  | { kind: "status"; status: LiveStatus; detail: string }
  | { kind: "media-init"; bytes: ArrayBuffer; codec: string; origin_ms: number }
  | { kind: "media"; bytes: ArrayBuffer; key: boolean }
  | { kind: "snapshot"; blob: Blob }
  | ({ kind: "figures" } & LiveFigures);

/** Of the last second; `skipped`: pictures that came and were never shown, since the tile began. */
export interface LiveFigures {
  came_fps: number;
  drawn_fps: number;
  skipped: number;
}

/** connecting → keyframe (socket open, no picture yet) → playing; the rest say why nothing moves. */
export type LiveStatus = "connecting" | "keyframe" | "playing" | "waiting" | "away" | "retrying" | "unplayable" | "paused";
