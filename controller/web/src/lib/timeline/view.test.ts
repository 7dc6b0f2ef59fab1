import { describe, expect, it } from "vitest";
import { around, atOf, bounded, DAY, endOf, following, HOUR, LEAST_SPAN_MS, MINUTE, MOST_SPAN_MS, panned, SECOND, ticks, xOf, zoomed, type View } from "./view";

const NOW = new Date(2026, 10, 20, 14, 0, 0).getTime();
const HOUR_VIEW: View = { from_ms: NOW - 3 * HOUR, span_ms: HOUR };

describe("view", () => {
  it("keeps the moment under the pointer where it is", () => {
    const about = HOUR_VIEW.from_ms + 0.25 * HOUR;
    for (const factor of [0.5, 0.1, 1.7]) {
      const view = zoomed(HOUR_VIEW, factor, about, NOW);
      expect(xOf(view, about, 1000)).toBeCloseTo(250, 0);
    }
    expect(atOf(HOUR_VIEW, 250, 1000)).toBe(about);
  });
  it("goes from a month to ten seconds and no further", () => {
    expect(zoomed(HOUR_VIEW, 1e-9, HOUR_VIEW.from_ms, NOW).span_ms).toBe(LEAST_SPAN_MS);
    expect(zoomed(HOUR_VIEW, 1e9, HOUR_VIEW.from_ms, NOW).span_ms).toBe(MOST_SPAN_MS);
  });
  it("ends a little after now", () => {
    expect(endOf(panned(HOUR_VIEW, 90 * DAY, NOW))).toBeLessThanOrEqual(NOW + 0.06 * HOUR);
    expect(endOf(around(NOW, HOUR, NOW))).toBeGreaterThan(NOW);
    expect(bounded({ from_ms: -5, span_ms: HOUR }, NOW).from_ms).toBe(0);
  });
  it("turns the page when the moment leaves it", () => {
    expect(following(HOUR_VIEW, HOUR_VIEW.from_ms + 5, NOW)).toBe(HOUR_VIEW);
    const turned = following(HOUR_VIEW, endOf(HOUR_VIEW) + 1, NOW);
    expect(turned.from_ms).toBeGreaterThan(HOUR_VIEW.from_ms);
    expect(endOf(HOUR_VIEW) + 1 - turned.from_ms).toBeGreaterThan(0);
  });
});

describe("ticks", () => {
  const texts = (span_ms: number, width: number, from_ms = NOW): string[] => ticks({ from_ms, span_ms }, width).map((tick) => tick.text);
  it("are round and no more than fit", () => {
    expect(texts(10 * SECOND, 800)).toEqual(["14:00:00", "14:00:01", "14:00:02", "14:00:03", "14:00:04", "14:00:05", "14:00:06", "14:00:07", "14:00:08", "14:00:09"]);
    expect(texts(HOUR, 400)).toEqual(["14:00", "14:15", "14:30", "14:45"]);
    for (const span of [10 * SECOND, 7 * MINUTE, 5 * HOUR, DAY, 9 * DAY, 31 * DAY])
      for (const width of [320, 900, 2400]) {
        const found = ticks({ from_ms: NOW - span, span_ms: span }, width);
        expect(found.length).toBeGreaterThan(0);
        expect(found.length).toBeLessThanOrEqual(Math.floor(width / 76) + 2);
      }
  });
  it("name the day where it begins", () => {
    const found = ticks({ from_ms: NOW, span_ms: DAY }, 900).filter((tick) => tick.day);
    expect(found.map((tick) => tick.text)).toEqual(["11-21"]);
  });
});
