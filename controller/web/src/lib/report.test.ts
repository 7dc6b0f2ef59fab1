import { describe, expect, it } from "vitest";
import { change, dayAfter, heights, hourly, lastDay, paramsOf, periodOf, stretches, tenths } from "./report";

describe("report", () => {
  it("asks for yesterday's day unless the address says otherwise", () => {
    expect(periodOf({ period: "year" })).toBe("day");
    expect(paramsOf({}).toString()).toBe("period=day");
    expect(paramsOf({ period: "shift" }).get("hours")).toBe("06:00-14:00");
    expect(paramsOf({ period: "week", hours: "22:00-06:00", day: "2026-03-02", names: "1" }).toString()).toBe("period=week&hours=22%3A00-06%3A00&day=2026-03-02&names=true");
    expect(paramsOf({ day: "soon", hours: "late" }).toString()).toBe("period=day");
  });
  it("counts days over the ends of months and years", () => {
    expect(dayAfter("2026-12-31", 1)).toBe("2027-01-01");
    expect(dayAfter("2026-03-01", -7)).toBe("2026-02-22");
    expect([lastDay("week", "2026-03-02", false), lastDay("day", "2026-03-02", true)]).toEqual(["2026-03-08", "2026-03-03"]);
  });
  it("compares with before, and with nothing not at all", () => {
    expect(change(3, 2)).toBe(0.5);
    expect(change(3, 0)).toBeNull();
  });
  it("never rounds up to a whole, and leaves out what has no figure", () => {
    expect([tenths(0.9996), tenths(1), tenths(0.8), tenths(0.29)]).toEqual(["99.9%", "100.0%", "80.0%", "29.0%"]);
    expect(stretches([null, 2, 4, null, 1], 4)).toEqual([[[1, 0.5], [2, 1]], [[4, 0.25]]]);
    expect(stretches([0, 0], 0)).toEqual([[[0, 0], [1, 0]]]);
  });
  it("draws the largest count as tall as can be, and nothing flat", () => {
    expect(heights([0, 5, 10])).toEqual([0, 0.5, 1]);
    expect(heights([0, 0])).toEqual([0, 0]);
    expect(hourly([[1, 2], [3]])[0]).toBe(4);
    expect(hourly([])).toHaveLength(24);
  });
});
