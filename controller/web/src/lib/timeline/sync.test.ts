import { describe, expect, it } from "vitest";
import { correction, covers, kept, merged, RATES, stepped, wanted } from "./sync";

describe("a player out of step", () => {
  it("is left alone when near, nudged when off, and sought when far", () => {
    expect(correction(0.01, 1)).toEqual({ seek: false, rate: 1 });
    expect(correction(0.2, 1)).toEqual({ seek: false, rate: 1.08 });
    expect(correction(-0.2, 1)).toEqual({ seek: false, rate: 0.92 });
    expect(correction(1, 1)).toEqual({ seek: true });
    expect(correction(1, 16)).toEqual({ seek: false, rate: 16 });
    expect(correction(-3, 16)).toEqual({ seek: false, rate: 16 * 0.92 });
  });
  it("comes into step with what it is told", () => {
    for (const rate of RATES) {
      let behind = 0.34;
      for (let tick = 0; tick < 2000; tick++) {
        const told = correction(behind, rate);
        behind = told.seek ? 0 : behind + (rate - told.rate) * 0.016;
      }
      expect(Math.abs(behind)).toBeLessThanOrEqual(0.35);
      if (rate <= 4) expect(Math.abs(behind)).toBeLessThan(0.04 * Math.max(1, rate) + 0.02);
    }
  });
});

describe("what is loaded", () => {
  const spans = [{ start_ms: 100, end_ms: 200 }, { start_ms: 200, end_ms: 250 }, { start_ms: 400, end_ms: 500 }];
  it("is joined and asked for where it ends", () => {
    expect(merged(spans)).toEqual([{ start_ms: 100, end_ms: 250 }, { start_ms: 400, end_ms: 500 }]);
    expect(wanted(spans, 120, 100)).toBeNull();
    expect(wanted(spans, 120, 200)).toBe(250);
    expect(wanted(spans, 300, 100)).toBe(300);
    expect(covers(spans, 249)).toBe(true);
    expect(covers(spans, 250)).toBe(false);
    expect(kept(spans, 150, 420)).toEqual([{ start_ms: 150, end_ms: 200 }, { start_ms: 200, end_ms: 250 }, { start_ms: 400, end_ms: 420 }]);
  });
});

it("goes through the rates and stops at the ends", () => {
  expect(stepped(1, 1)).toBe(2);
  expect(stepped(16, 1)).toBe(16);
  expect(stepped(0.25, -1)).toBe(0.25);
});
