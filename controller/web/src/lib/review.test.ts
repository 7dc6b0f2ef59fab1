import { describe, expect, it } from "vitest";
import type { Alarm, CctvEvent } from "../api/types";
import { folded, freshIn, listedFrom, markedSince, paramsOf, previewSpan, range, sectioned, spanFrom, type Item } from "./review";
import { midnight_ms } from "./zone";

const NOON = new Date(2026, 2, 4, 12).getTime();
const MINUTE = 60_000;

const alarm = (id: string, at_ms: number, more: Partial<Alarm> = {}): Item => ({
  id,
  at_ms,
  reviewed_at: null,
  alarm: { rule: "r1", kind: "zone_intrusion", camera: "gate.yard", place: null, node: "gate", cause: "", zone_name: "lawn", condition_ms: at_ms, persistence_s: 2, ...more } as Alarm,
  event: null,
});
const event = (id: string, at_ms: number, classes: Record<string, number>, camera = "gate.yard"): Item => ({
  id,
  at_ms,
  reviewed_at: null,
  alarm: null,
  event: { camera, start_ms: at_ms, end_ms: at_ms + 1000, classes } as CctvEvent,
});
const ids = (items: readonly Item[]) => folded(items).map((fold) => fold.items.map((item) => item.id).join(" "));

describe("folding", () => {
  it("puts what comes again at one place into one card, though something else lies between", () => {
    const list = [alarm("a3", NOON), event("e1", NOON - MINUTE, { person: 1 }), alarm("a2", NOON - 5 * MINUTE), alarm("a1", NOON - 14 * MINUTE)];
    expect(ids(list)).toEqual(["a3 a2 a1", "e1"]);
  });
  it("keeps apart what is another thing, another place, or long ago", () => {
    const list = [
      alarm("a", NOON),
      alarm("rule", NOON - 1, { rule: "r2" }),
      alarm("zone", NOON - 2, { zone_name: "door" }),
      alarm("camera", NOON - 3, { camera: "gate.door" }),
      event("person", NOON - 4, { person: 1 }),
      event("truck", NOON - 5, { truck: 1 }),
      event("both", NOON - 6, { truck: 2, person: 1 }),
      event("both2", NOON - 7, { person: 3, truck: 1 }),
      alarm("old", NOON - 11 * MINUTE),
    ];
    expect(ids(list)).toEqual(["a", "rule", "zone", "camera", "person", "truck", "both both2", "old"]);
  });
  it("ends with the day", () => {
    const midnight = midnight_ms(NOON);
    expect(ids([alarm("today", midnight + MINUTE), alarm("yesterday", midnight - MINUTE)])).toEqual(["today", "yesterday"]);
  });
  it("grows at its end when more is loaded, and keeps its id", () => {
    const list = [alarm("a2", NOON), alarm("a1", NOON - MINUTE)];
    expect(folded(list.slice(0, 1))[0]?.id).toBe("a2");
    expect(folded(list)[0]?.id).toBe("a2");
  });
});

describe("sections", () => {
  const list = [event("b", NOON, { person: 1 }, "gate.b"), event("a", NOON - 1, { person: 1 }, "gate.a"), event("old", NOON - 86_400_000, { person: 1 }, "gate.a")];
  it("are days, and places within days", () => {
    const told = (places: boolean) => sectioned(folded(list), places).map((one) => [one.place, ...one.folds.map((fold) => fold.id)]);
    expect(told(false)).toEqual([[null, "b", "a"], [null, "old"]]);
    expect(told(true)).toEqual([["gate.a", "a"], ["gate.b", "b"], ["gate.a", "old"]]);
  });
});

describe("the address", () => {
  it("says which time is meant: today and the days before, or one of them", () => {
    expect(spanFrom({}, NOON)).toEqual({ from_ms: new Date(2026, 1, 26).getTime(), to_ms: NOON });
    expect(spanFrom({ span: "1" }, NOON).from_ms).toBe(midnight_ms(NOON));
    expect(listedFrom({ day: "2026-03-02" }, NOON)).toEqual({ from_ms: new Date(2026, 2, 2).getTime(), to_ms: new Date(2026, 2, 3).getTime() });
    expect(listedFrom({ day: "2026-03-04" }, NOON).to_ms).toBe(NOON);
    expect(listedFrom({ day: "someday" }, NOON)).toEqual(spanFrom({}, NOON));
  });
  it("asks for what it names and nothing else", () => {
    expect(paramsOf({ of: "alarms", camera: "gate.yard", severity: "high", view: "review", id: "x", motion: "1" }).toString()).toBe(
      "of=alarms&camera=gate.yard&severity=high&motion=true",
    );
    expect(paramsOf({ of: "everything" }).toString()).toBe("");
  });
});

it("takes a range in either direction", () => {
  expect(range(["a", "b", "c", "d"], "c", "a")).toEqual(["a", "b", "c"]);
  expect(range(["a", "b"], "gone", "b")).toEqual(["b"]);
  expect(range(["a", "b"], "a", "gone")).toEqual([]);
});

it("previews a little before an alarm and nothing where no camera is", () => {
  expect(previewSpan(alarm("a", NOON))).toEqual({ camera: "gate.yard", from_ms: NOON - 4000, to_ms: NOON + 8000 });
  expect(previewSpan(alarm("a", NOON, { camera: null }))).toBeNull();
  expect(previewSpan(event("e", NOON, {}))).toEqual({ camera: "gate.yard", from_ms: NOON, to_ms: NOON + 4000 });
});

describe("what happens meanwhile", () => {
  const reviewed = (item: Item): Item => ({ ...item, reviewed_at: "2026-03-04T12:00:00Z" });
  const listed = [alarm("a2", NOON), alarm("a1", NOON - MINUTE)];
  it("counts what is newer than the list, and nothing that is only further down", () => {
    const found = [alarm("a4", NOON + 2), reviewed(alarm("a3", NOON + 1)), ...listed, alarm("a0", NOON - 2 * MINUTE)];
    expect(freshIn(listed, found, true)).toBe(1);
    expect(freshIn(listed, found, false)).toBe(2);
    expect(freshIn([], found, true)).toBe(4);
  });
  it("tells what others marked or took back, and leaves what is not in the answer", () => {
    const isReviewed = (item: Item): boolean => item.id === "a1";
    expect([...markedSince(listed, [reviewed(alarm("a2", NOON)), alarm("a1", NOON)], isReviewed)]).toEqual([
      ["a2", true],
      ["a1", false],
    ]);
    expect(markedSince(listed, [], isReviewed).size).toBe(0);
  });
});
