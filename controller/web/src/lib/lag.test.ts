import { describe, expect, it } from "vitest";
import { BEHIND_MS, FOR_MS, Lag } from "./lag";

const FRAME_MS = 100;

/** Pictures each 100 ms from `from` on, each `late` ms after its time; when the stream is to start anew. */
function play(lag: Lag, from: number, for_ms: number, late: (at: number) => number): number[] {
  const restarts: number[] = [];
  for (let pts = from; pts < from + for_ms; pts += FRAME_MS) if (lag.came(pts, pts + late(pts - from))) restarts.push(pts - from);
  return restarts;
}

describe("Lag", () => {
  it("leaves a steady stream alone, however late it is", () => {
    expect(play(new Lag(), 0, 120_000, () => 9_000)).toEqual([]);
  });
  it("takes no burst of older pictures at a stream's begin for lateness", () => {
    expect(play(new Lag(), 0, 20_000, (at) => Math.max(150, 10_000 - 20 * at))).toEqual([]);
  });
  it("starts a stream anew that falls behind, once, and then waits longer each time", () => {
    const lag = new Lag();
    play(lag, 0, 5_000, () => 200);
    const restarts = play(lag, 5_000, 55_000, () => 200 + BEHIND_MS + 1);
    expect(restarts[0]).toBe(FOR_MS);
    expect(restarts.length).toBeLessThanOrEqual(3);
  });
  it("forgives a hiccup", () => {
    const lag = new Lag();
    play(lag, 0, 5_000, () => 200);
    expect(play(lag, 5_000, FOR_MS - FRAME_MS, () => 9_000)).toEqual([]);
    expect(play(lag, 20_000, 5_000, () => 200)).toEqual([]);
  });
});
