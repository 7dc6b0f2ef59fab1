/** Finds the boxes that belong to the picture on screen, by presentation time. */
import type { LiveTrack, TrackState } from "./framing";

export interface BoxSet {
  pts_ms: number;
  tracks: LiveTrack[];
}

/** Boxes this near to the picture are drawn as they are. */
export const MATCH_MS = 300;
/** Older ones fade, and are gone after this. */
export const GONE_MS = 1200;
const KEPT = 64;

/** Add one judged frame to a list that is ordered by time and bounded. */
export function insert(sets: readonly BoxSet[], next: BoxSet): BoxSet[] {
  const kept = sets.filter((set) => set.pts_ms !== next.pts_ms);
  kept.push(next);
  kept.sort((a, b) => a.pts_ms - b.pts_ms);
  return kept.slice(-KEPT);
}

/** The set nearest to `pts_ms` and how strongly to draw it, 0..1; null where none is near enough. */
export function nearest(sets: readonly BoxSet[], pts_ms: number): { set: BoxSet; alpha: number } | null {
  let low = 0;
  let high = sets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sets[middle]?.pts_ms ?? Infinity) < pts_ms) low = middle + 1;
    else high = middle;
  }
  const before = sets[low - 1];
  const after = sets[low];
  const chosen = !before || (after && after.pts_ms - pts_ms < pts_ms - before.pts_ms) ? after : before;
  if (!chosen) return null;
  const age = Math.abs(chosen.pts_ms - pts_ms);
  // A judged frame that lies ahead of the picture says nothing about it beyond the match.
  if (age >= (chosen.pts_ms > pts_ms ? MATCH_MS : GONE_MS)) return null;
  return { set: chosen, alpha: age <= MATCH_MS ? 1 : 1 - (age - MATCH_MS) / (GONE_MS - MATCH_MS) };
}

interface Judged {
  frames: { pts_ms: number; boxes: { track_id: number; class_name: string; confidence: number; x1: number; y1: number; x2: number; y2: number }[] }[];
  tracks: { id: number; attributes: Record<string, string> }[];
}
interface Accused {
  start_ms: number;
  end_ms: number | null;
  track_ids: number[];
}

/** The stored boxes of verdicts; a track is in violation while an occurrence names it. */
export function fromVerdicts(verdicts: readonly Judged[], occurrences: readonly Accused[]): BoxSet[] {
  const sets = verdicts.flatMap((verdict) => {
    const doubtful = new Set(
      verdict.tracks.filter((track) => Object.values(track.attributes).includes("unknown")).map((track) => track.id),
    );
    return verdict.frames.map((frame): BoxSet => ({
      pts_ms: frame.pts_ms,
      tracks: frame.boxes.map((box) => ({
        id: box.track_id,
        class: box.class_name,
        confidence: box.confidence,
        x1: box.x1,
        y1: box.y1,
        x2: box.x2,
        y2: box.y2,
        state: stateOf(box.track_id, frame.pts_ms, occurrences, doubtful),
      })),
    }));
  });
  return sets.sort((a, b) => a.pts_ms - b.pts_ms);
}

function stateOf(track: number, pts_ms: number, occurrences: readonly Accused[], doubtful: Set<number>): TrackState {
  const accused = occurrences.some(
    (one) => one.track_ids.includes(track) && one.start_ms <= pts_ms && pts_ms <= (one.end_ms ?? Infinity),
  );
  if (accused) return "violation";
  return doubtful.has(track) ? "unknown" : "normal";
}
