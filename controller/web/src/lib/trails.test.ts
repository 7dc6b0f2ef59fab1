import { describe, expect, it } from "vitest";
import type { BoxSet } from "./boxes";
import { TRAIL_MS, trailsOf } from "./trails";

/** A track of a tenth's width whose foot stands at (x, 0.5). */
const set = (pts_ms: number, ...tracks: readonly [id: number, x: number, name?: string][]): BoxSet => ({
  pts_ms,
  tracks: tracks.map(([id, x, name = "person"]) => ({ id, class: name, confidence: 1, x1: x - 0.05, y1: 0.3, x2: x + 0.05, y2: 0.5, state: "normal" })),
});
const xs = (sets: readonly BoxSet[], at = sets.length - 1) => trailsOf(sets, sets[at] as BoxSet).map((trail) => trail.points.map(([x]) => Math.round(x * 100)));

describe("trails", () => {
  it("lead to where the foot is now, and never ahead of the picture", () => {
    const sets = [set(0, [1, 0.1]), set(500, [1, 0.2]), set(1000, [1, 0.3]), set(1500, [1, 0.4])];
    expect(xs(sets)).toEqual([[10, 20, 30, 40]]);
    expect(xs(sets, 2)).toEqual([[10, 20, 30]]);
    expect(xs(sets, 0)).toEqual([]);
    expect(trailsOf(sets, sets[3] as BoxSet)[0]?.points[0]?.[1]).toBe(0.5);
  });
  it("keep tracks apart, and go over a frame in which one was missed", () => {
    const sets = [set(0, [1, 0.1], [2, 0.9]), set(500, [2, 0.8]), set(1000, [1, 0.3], [2, 0.7])];
    expect(xs(sets)).toEqual([[10, 30], [90, 80, 70]]);
  });
  it("end where a number means another thing: gone too long, leapt too far, of another class", () => {
    expect(xs([set(0, [1, 0.1]), set(500, [2, 0.5]), set(1700, [1, 0.2])])).toEqual([]);
    expect(xs([set(0, [1, 0.1]), set(500, [1, 0.6])])).toEqual([]);
    expect(xs([set(0, [1, 0.1, "truck"]), set(500, [1, 0.2])])).toEqual([]);
  });
  it("are of the last seconds", () => {
    const sets = Array.from({ length: 31 }, (_, n) => set(n * 500, [1, 0.1 + n / 100]));
    expect(trailsOf(sets, sets[30] as BoxSet)[0]?.points).toHaveLength(TRAIL_MS / 500 + 1);
  });
});
