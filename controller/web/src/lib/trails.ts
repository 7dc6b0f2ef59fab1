/** The ways that tracks have come: where each one's foot was in the last seconds, up to the picture on screen. */
import type { BoxSet } from "./boxes";
import type { TrackState } from "./framing";

export interface Trail {
  state: TrackState;
  /** From the oldest to the newest, 0..1. */
  points: readonly (readonly [number, number])[];
}

export const TRAIL_MS = 8000;
/** A number that was gone for longer is another thing: workers count anew. */
const GONE_MS = 1500;
/** Nothing moves further than this share of the picture from one judged frame to the next. */
const LEAP = 0.25;

/** The trails of the tracks of `shown`, which is one of `sets`; these are in order of time. */
export function trailsOf(sets: readonly BoxSet[], shown: BoxSet): Trail[] {
  const last = sets.indexOf(shown);
  return shown.tracks.flatMap((track) => {
    const points: [number, number][] = [];
    let [at_ms, x, y] = [shown.pts_ms, (track.x1 + track.x2) / 2, track.y2];
    for (let index = last; index >= 0; index--) {
      const set = sets[index];
      if (!set || shown.pts_ms - set.pts_ms > TRAIL_MS) break;
      const known = set.tracks.find((one) => one.id === track.id && one.class === track.class);
      if (at_ms - set.pts_ms > GONE_MS) break;
      if (!known) continue;
      const [nextX, nextY] = [(known.x1 + known.x2) / 2, known.y2];
      if (Math.hypot(nextX - x, nextY - y) > LEAP) break;
      points.push([nextX, nextY]);
      [at_ms, x, y] = [set.pts_ms, nextX, nextY];
    }
    return points.length > 1 ? [{ state: track.state, points: points.reverse() }] : [];
  });
}
