/** What the page and its sound worker say to each other. */

export type ToSoundWorker = { kind: "open"; url: string } | { kind: "close" };

export type FromSoundWorker =
  | { kind: "status"; status: SoundStatus }
  /** Decoded sound, one channel, from the media time `pts_ms` on. */
  | { kind: "sound"; pts_ms: number; rate_hz: number; samples: Float32Array<ArrayBuffer> };

/** connecting → waiting (nothing comes yet) → playing; the rest say why nothing is heard. */
export type SoundStatus = "connecting" | "waiting" | "playing" | "retrying" | "refused" | "unplayable" | "blocked" | "unsupported";
