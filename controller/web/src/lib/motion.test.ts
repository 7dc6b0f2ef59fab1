import { describe, expect, it } from "vitest";
import { heatCells, heatParams, lack, lookedShare, motionParams, regionOf, regionText, shareOf } from "./motion";

const HOUR_MS = 3_600_000;
const SQUARE = [[0.1, 0.1], [0.5, 0.1], [0.5, 0.5]] as const;
const told = { from_ms: 100, to_ms: 200, told_from_ms: 0, told_to_ms: 300 };

describe("a region in the address", () => {
  it("comes back as it was written", () => {
    const text = regionText(SQUARE);
    expect(text).toBe("0.1,0.1 0.5,0.1 0.5,0.5");
    expect(regionOf({ region: text ?? "" })).toEqual(SQUARE);
  });
  it.each(["", "0,0 1,1", "0,0 1,1 x,1", "0,0 1,1 2,1", "0,0 1 1,1", "0,0,0 1,1 1,0"])("%s is none", (region) => {
    expect(regionOf({ region })).toEqual([]);
  });
  it("is not written before it can be searched", () => {
    expect(regionText(SQUARE.slice(0, 2))).toBeUndefined();
    expect(regionText([[0, 0], [1, 1], [1, 0], [0, 1]])).toBeUndefined();
  });
});

describe("what the server is asked", () => {
  const query = { of: "motion", region: "0,0 1,0 1,1", span: "24", begin: "22:00", end: "06:00", share: "0.3" };
  it("names camera, region, share, time and place", () => {
    const params = motionParams(query, "gate.yard", 48 * HOUR_MS, "77", 50);
    expect(Object.fromEntries(params)).toEqual({
      camera: "gate.yard", region: "0,0 1,0 1,1", limit: "50", share: "0.3", hours: "22:00-06:00", from_ms: String(24 * HOUR_MS), to_ms: String(48 * HOUR_MS), cursor: "77",
    });
  });
  it("leaves out what is not asked", () => {
    expect([...motionParams({ region: "r", span: "24", share: "2" }, "a.b", 24 * HOUR_MS, null, 5).keys()]).toEqual(["camera", "region", "limit", "from_ms", "to_ms"]);
    expect(shareOf({ share: "2" })).toBe("any");
    expect([...heatParams(query, "gate.yard", 48 * HOUR_MS).keys()]).toEqual(["camera", "from_ms", "to_ms"]);
  });
});

describe("what an answer comes to", () => {
  it("tells how far was looked", () => {
    expect(lookedShare({ from_ms: 100, to_ms: 200, searched_ms: 175 })).toBe(0.25);
    expect(lookedShare({ from_ms: 100, to_ms: 200, searched_ms: 50 })).toBe(1);
    expect(lookedShare({ from_ms: 5, to_ms: 5, searched_ms: 5 })).toBe(1);
  });
  it("says why nothing may be there", () => {
    expect(lack({ ...told, told_from_ms: null })).toBe("never");
    expect(lack({ ...told, told_from_ms: 200 })).toBe("later");
    expect(lack({ ...told, told_to_ms: 100 })).toBe("until");
    expect(lack({ ...told, told_from_ms: 150, masked: 0.5 })).toBe("masked");
    expect(lack({ ...told, told_from_ms: 150 })).toBe("since");
    expect(lack({ ...told, masked: 0.01 })).toBeNull();
  });
});

describe("a heat map", () => {
  it("joins neighbours of a row and shows the least that moved", () => {
    const cells = heatCells([0, 400, 400, 1, 0, 0, 0, 400], 4, 2);
    expect(cells.map(({ x, y, width, level }) => [x, y, width, level])).toEqual([
      [0, 0, 0.25, 0],
      [0.25, 0, 0.5, 6],
      [0.75, 0, 0.25, 1],
      [0, 0.5, 0.75, 0],
      [0.75, 0.5, 0.25, 6],
    ]);
  });
  it("is empty where nothing moved", () => {
    expect(heatCells([0, 0], 2, 1)).toEqual([]);
    expect(heatCells([], 0, 0)).toEqual([]);
  });
});
