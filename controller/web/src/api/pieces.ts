/** The timeline, pieces of stored footage, and requests for what is still on a node. */
import { API, call, type Answer } from "./client";
import type { FootageRequest, FootageRequestDetail, Timeline } from "./types";

export function getTimeline(cameras: readonly string[], from_ms: number, to_ms: number, buckets: number): Promise<Answer<Timeline>> {
  const query = new URLSearchParams(cameras.map((camera) => ["camera", camera]));
  query.set("from_ms", String(Math.round(from_ms)));
  query.set("to_ms", String(Math.round(to_ms)));
  query.set("buckets", String(buckets));
  return call<Timeline>("GET", `/timeline?${query.toString()}`);
}

export const askForFootage = (camera: string, from_ms: number, to_ms: number) =>
  call<FootageRequest>("POST", "/recordings/requests", { camera, from_ms: Math.round(from_ms), to_ms: Math.round(to_ms) });
export const getFootageRequest = (id: string) => call<FootageRequestDetail>("GET", `/recordings/requests/${encodeURIComponent(id)}`);

/** Init and fragments of one camera, verbatim; `none`: nobody has anything there. `node`: straight from the node, not from the store. */
export type Piece =
  | { kind: "piece"; bytes: ArrayBuffer; start_ms: number; end_ms: number; codec: string; node: boolean }
  | { kind: "none" }
  | { kind: "fault" };

const PATIENCE_MS = 40_000;

/** What plays at a moment or soon after it. Never throws; an aborted request, or one without an answer for long, is a fault. */
export async function getPiece(camera: string, from_ms: number, for_ms: number, signal: AbortSignal): Promise<Piece> {
  const query = new URLSearchParams({ camera, from_ms: String(Math.round(from_ms)), for_ms: String(Math.round(for_ms)) });
  try {
    const response = await fetch(`${API}/playback?${query.toString()}`, { credentials: "same-origin", signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) });
    if (response.status === 204) return { kind: "none" };
    const number = (name: string): number => Number(response.headers.get(name) ?? NaN);
    const [start_ms, end_ms, codec] = [number("X-Start-Ms"), number("X-End-Ms"), response.headers.get("X-Codec")];
    if (!response.ok || !Number.isFinite(start_ms) || !Number.isFinite(end_ms) || !codec) return { kind: "fault" };
    return { kind: "piece", bytes: await response.arrayBuffer(), start_ms, end_ms, codec, node: response.headers.get("X-Source") === "node" };
  } catch {
    return { kind: "fault" };
  }
}
