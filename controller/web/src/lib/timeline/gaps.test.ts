import { describe, expect, it } from "vitest";
import type { TimelineCamera } from "../../api/types";
import { listedGaps } from "./gaps";

const MINUTE = 60_000;
const view = { from_ms: 0, span_ms: 100 * MINUTE };
const camera = (gaps: TimelineCamera["gaps"]): TimelineCamera => ({ camera: "a.gate", bands: [], gaps, heat: [], event_counts: [], events: null, alarm_counts: [], alarms: null });
const bucket = { start_ms: 0, end_ms: 80 * MINUTE, cause: "agent down" as const, covered_ms: 4 * MINUTE };

describe("the gaps of the time shown", () => {
  it("are the timeline's own where it is exact", () => {
    const timeline = { exact: true, cameras: [camera([{ ...bucket, end_ms: 4 * MINUTE }])] };
    expect(listedGaps(timeline, new Map(), view)).toEqual([{ camera: "a.gate", start_ms: 0, end_ms: 4 * MINUTE, cause: "agent down", exact: true }]);
  });
  it("are the ledger's where the timeline tells steps only", () => {
    const ledger = new Map([["a.gate", [1, 2].map((at) => ({ start_ms: at * MINUTE, end_ms: at * MINUTE + at * 2000, cause: "agent down" as const }))]]);
    const found = listedGaps({ exact: false, cameras: [camera([bucket])] }, ledger, view);
    expect(found.map((one) => [one.start_ms, one.end_ms - one.start_ms])).toEqual([[2 * MINUTE, 4000], [MINUTE, 2000]]);
  });
  it("name no step as a gap before the ledger has answered", () => {
    expect(listedGaps({ exact: false, cameras: [camera([bucket])] }, new Map(), view)).toEqual([]);
  });
  it("say of a node that is away no more than that", () => {
    expect(listedGaps({ exact: false, cameras: [camera([{ ...bucket, cause: "node away" }])] }, new Map(), view).map((one) => one.exact)).toEqual([false]);
  });
  it("leave out what the site wants and what nobody misses", () => {
    const gaps = [{ ...bucket, cause: "recording off" as const }, { ...bucket, end_ms: 900 }];
    expect(listedGaps({ exact: true, cameras: [camera(gaps)] }, new Map(), view)).toEqual([]);
  });
});
