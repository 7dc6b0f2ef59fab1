import { describe, expect, it } from "vitest";
import type { TimelineAlarm, TimelineCamera } from "../../api/types";
import { alarmNear, begin, hereOf, jump, nextPlayable, progress, within } from "./marks";

const alarm = (at: number): TimelineAlarm => ({
  id: String(at), number: at, kind: "zone_intrusion", severity: "high", rule_name: "r", state: "raised", withdrawn: false, start_ms: at - 2, condition_ms: at, end_ms: null,
});
const camera: TimelineCamera = {
  camera: "gate.yard",
  bands: [
    { start_ms: 100, end_ms: 200, state: "retrieved", covered_ms: 100 },
    { start_ms: 200, end_ms: 300, state: "retrievable", covered_ms: 100 },
    { start_ms: 500, end_ms: 600, state: "retrieved", covered_ms: 10 },
  ],
  gaps: [{ start_ms: 250, end_ms: 500, cause: "camera stalled", covered_ms: 250 }],
  heat: [],
  event_counts: [],
  events: [{ id: "e", start_ms: 120, end_ms: null }],
  alarm_counts: [],
  alarms: [alarm(150), alarm(550)],
};

describe("the first moment", () => {
  it("stays where there is footage, in the store or on the node", () => {
    expect(begin([camera], 150, 30)).toBe(150);
    expect(begin([camera], 250, 30)).toBe(250);
  });
  it("is shortly before the end of what was stored last, where there is none", () => {
    expect(begin([camera], 400, 30)).toBe(170);
    expect(begin([camera], 900, 30)).toBe(570);
    expect(begin([camera], 900, 500)).toBe(500);
  });
  it("stays where nothing was stored before it", () => expect(begin([camera], 50, 30)).toBe(50));
});

describe("a moment", () => {
  it.each([[100, "retrieved"], [199, "retrieved"], [200, "retrievable"], [299, "retrievable"], [300, "gap"], [499, "gap"], [500, "retrieved"], [600, "unknown"], [99, "unknown"]])(
    "%d is %s",
    (at, kind) => expect(hereOf(camera, at).kind).toBe(kind),
  );
  it("is followed by the next that is stored, or begins on a node", () => {
    expect([0, 150, 200, 599, 600].map((at) => nextPlayable([camera], at))).toEqual([100, 150, 500, 599, null]);
    const onNode = { ...camera, bands: camera.bands.filter((band) => band.state === "retrievable") };
    expect([100, 200, 250].map((at) => nextPlayable([onNode], at))).toEqual([200, null, null]);
  });
});

describe("a jump", () => {
  it("goes to the begin of the next and of the last one", () => {
    expect(jump([camera], 0, 1, "alarm", 0)).toBe(148);
    expect(jump([camera], 148, 1, "alarm", 0)).toBe(548);
    expect(jump([camera], 548, 1, "alarm", 0)).toBeNull();
    expect(jump([camera], 548, -1, "alarm", 0)).toBe(148);
    expect(jump([camera], 0, 1, "event", 20)).toBe(100);
    expect(jump([{ ...camera, events: null }], 0, 1, "event", 0)).toBeNull();
  });
});

it("finds the alarm under the pointer", () => {
  expect(alarmNear(camera, 160, 20)?.number).toBe(150);
  expect(alarmNear(camera, 160, 5)).toBeNull();
  expect(within(camera.gaps, 0, 250, 9)).toEqual([]);
  expect(within(camera.gaps, 0, 251, 9)).toHaveLength(1);
});

it("tells how far a request has come", () => {
  const part = (state: string, length: number) => ({ start_ms: 0, end_ms: length, state });
  expect(progress([])).toBe(0);
  expect(progress([part("retrieved", 30), part("never recorded", 20), part("retrieving", 50)])).toBe(0.5);
});
