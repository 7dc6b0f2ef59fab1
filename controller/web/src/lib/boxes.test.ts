import { describe, expect, it } from "vitest";
import { fromVerdicts, GONE_MS, insert, MATCH_MS, nearest, type BoxSet } from "./boxes";

const set = (pts_ms: number): BoxSet => ({ pts_ms, tracks: [] });
const sets = [set(1000), set(1200), set(1400)];

describe("nearest", () => {
  it.each([
    [1000, 1000],
    [1090, 1000],
    [1110, 1200],
    [1390, 1400],
    [800, 1000],
  ])("picture %i gets the boxes of %i", (pts, expected) => {
    expect(nearest(sets, pts)).toEqual({ set: set(expected), alpha: 1 });
  });
  it("fades what is older than the match, down to nothing", () => {
    expect(nearest(sets, 1400 + MATCH_MS)?.alpha).toBe(1);
    expect(nearest(sets, 1400 + (MATCH_MS + GONE_MS) / 2)?.alpha).toBeCloseTo(0.5);
    expect(nearest(sets, 1400 + GONE_MS)).toBeNull();
  });
  it("draws no boxes of a later picture", () => {
    expect(nearest(sets, 1000 - MATCH_MS)).toBeNull();
  });
  it("has none of none", () => expect(nearest([], 5)).toBeNull());
});

describe("insert", () => {
  it("keeps order, replaces the same picture and stays bounded", () => {
    let list: BoxSet[] = [];
    for (const pts of [500, 100, 300, 300]) list = insert(list, set(pts));
    expect(list.map((one) => one.pts_ms)).toEqual([100, 300, 500]);
    for (let pts = 0; pts < 500; pts++) list = insert(list, set(1000 + pts));
    expect(list.length).toBeLessThan(100);
    expect(list.at(-1)?.pts_ms).toBe(1499);
  });
});

describe("fromVerdicts", () => {
  it("marks a track as violating only while an occurrence names it", () => {
    const box = { track_id: 4, class_name: "person", confidence: 0.9, x1: 0, y1: 0, x2: 1, y2: 1 };
    const verdict = {
      frames: [900, 1000, 1500].map((pts_ms) => ({ pts_ms, boxes: [box, { ...box, track_id: 5 }] })),
      tracks: [{ id: 5, attributes: { helmet: "unknown" } }],
    };
    const states = fromVerdicts([verdict], [{ start_ms: 1000, end_ms: 1400, track_ids: [4] }]).map((one) => one.tracks.map((track) => track.state));
    expect(states).toEqual([["normal", "unknown"], ["violation", "unknown"], ["normal", "unknown"]]);
  });
});
