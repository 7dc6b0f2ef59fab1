/** Splits a live message: [4-byte big-endian metadata length][msgpack metadata][payload]. */
import { decode } from "@msgpack/msgpack";

export type Quality = "main" | "sub";
export type TrackState = "normal" | "violation" | "unknown";

export interface LiveTrack {
  id: number;
  class: string;
  confidence: number;
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  state: TrackState;
}
export interface LiveInit {
  t: "init";
  codec: string;
  width: number;
  height: number;
  fps: number;
}
export interface LiveUnit {
  t: "au";
  pts: number;
  key: boolean;
  seq: number;
}
export interface LiveBoxes {
  t: "boxes";
  pts: number;
  model: string;
  tracks: LiveTrack[];
}
export interface LiveState {
  t: "state";
  state: "live" | "waiting" | "away";
  reason: string;
}
/** Of a camera's sound, on a socket of its own; the payload is what its decoder needs beside, or nothing. */
export interface LiveSoundInit {
  t: "sound-init";
  codec: string;
  rate: number;
  channels: number;
}
export interface LiveSound {
  t: "sound";
  pts: number;
}
/** A derived picture, on a socket of its own; the payload is a JPEG of blocks. */
export interface LiveDerived {
  t: "derived";
  pts: number;
  width: number;
  height: number;
}
export type LiveMeta = LiveInit | LiveUnit | LiveBoxes | LiveState | LiveSoundInit | LiveSound | LiveDerived;

const HEADER_BYTES = 4;
const MAX_METADATA_BYTES = 64 * 1024;
const KINDS = new Set(["init", "au", "boxes", "state", "sound-init", "sound", "derived"]);

/** The metadata and payload of one message; `null` for a kind this page does not draw. Throws on a malformed one. */
export function unframe(message: ArrayBuffer): { meta: LiveMeta; payload: Uint8Array } | null {
  if (message.byteLength < HEADER_BYTES) throw new RangeError(`${message.byteLength} bytes is not a frame`);
  const length = new DataView(message).getUint32(0);
  if (length > MAX_METADATA_BYTES || HEADER_BYTES + length > message.byteLength)
    throw new RangeError(`metadata of ${length} bytes does not fit a message of ${message.byteLength}`);
  const meta: unknown = decode(new Uint8Array(message, HEADER_BYTES, length));
  if (typeof meta !== "object" || meta === null || !("t" in meta) || typeof meta.t !== "string")
    throw new TypeError("metadata is not a map with a kind 't'");
  if (!KINDS.has(meta.t)) return null;
  return { meta: meta as LiveMeta, payload: new Uint8Array(message, HEADER_BYTES + length) };
}
