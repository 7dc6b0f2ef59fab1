import { describe, expect, it } from "vitest";
import { narrow, offset_ms, UNBOUNDED } from "./clock";

/** A server whose clock runs `ahead_ms` before ours, whose Date has whole seconds renewed once a second. */
function afterAnswers(ahead_ms: number): number {
  let bounds = UNBOUNDED;
  for (let local = 1_000_000; local < 1_060_000; local += 137) {
    const stamp = Math.floor((local + 20 + ahead_ms - 500) / 1000) * 1000;
    bounds = narrow(bounds, stamp, local, local + 40);
  }
  return offset_ms(bounds);
}

describe("clock", () => {
  it("assumes agreement without evidence, and while the evidence allows it", () => {
    expect(offset_ms(UNBOUNDED)).toBe(0);
    expect(afterAnswers(0)).toBe(0);
    expect(afterAnswers(300)).toBe(0);
  });
  it.each([60_000, -60_000, 5_000])("finds a clock that is off by %i ms within two seconds", (ahead) => {
    expect(Math.abs(afterAnswers(ahead) - ahead)).toBeLessThan(2000);
  });
  it("starts again when a clock was set", () => {
    const bounds = narrow(narrow(UNBOUNDED, 10_000_000, 10_000_100, 10_000_200), 50_000_000, 10_001_000, 10_001_100);
    expect(offset_ms(bounds)).toBeGreaterThan(39_000_000);
  });
});
