import { describe, expect, it } from "vitest";
import type { ProofDay } from "../api/fleetCalls";
import { bar, share, standing, view } from "./proof";

const HOUR = 3_600_000;
const day = (change: Partial<ProofDay> = {}): ProofDay => {
  const parts = { recorded_ms: 0, planned_ms: 0, missing_ms: 0, untold_ms: 0, ...change };
  const counted_ms = parts.recorded_ms + parts.planned_ms + parts.missing_ms + parts.untold_ms;
  return { ...parts, counted_ms, due_ms: counted_ms - parts.planned_ms, causes: [] };
};

describe("proof", () => {
  it("says what stands out of a day", () => {
    expect(standing(null)).toBe("none");
    expect(standing(day({ recorded_ms: 24 * HOUR }))).toBe("whole");
    expect(standing(day({ planned_ms: 24 * HOUR }))).toBe("planned");
    expect(standing(day({ recorded_ms: HOUR, untold_ms: 1 }))).toBe("untold");
    expect(standing(day({ recorded_ms: 24 * HOUR - 1000, missing_ms: 1000, untold_ms: 9 }))).toBe("missing");
    expect(standing(day({ recorded_ms: 20 * HOUR, missing_ms: 4 * HOUR }))).toBe("poor");
  });
  it("never rounds up to the whole", () => {
    expect(share(999_999, 1_000_000)).toBe("99.9%");
    expect(share(5, 5)).toBe("100%");
    expect(share(0, 0)).toBeNull();
  });
  it("draws a bar that is full and hides no loss", () => {
    for (const one of [day({ recorded_ms: 24 * HOUR - 1000, missing_ms: 1000 }), day({ recorded_ms: HOUR, planned_ms: HOUR, missing_ms: HOUR, untold_ms: HOUR }), day({ missing_ms: HOUR })]) {
      const { recorded, planned, missing, untold } = bar(one);
      expect(recorded + planned + missing + untold).toBeCloseTo(1);
      expect(missing).toBeGreaterThanOrEqual(0.1);
    }
    expect(bar(day({ recorded_ms: HOUR }))).toEqual({ recorded: 1, planned: 0, missing: 0, untold: 0 });
  });
  it("opens the timeline a little before the gap", () => {
    expect(view({ start_ms: 100_000, end_ms: 110_000 })).toEqual({ at: "95000", span: "60000" });
    expect(view({ start_ms: 0, end_ms: HOUR })).toEqual({ at: "0", span: String(2 * HOUR) });
  });
});
