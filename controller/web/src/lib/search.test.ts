import { describe, expect, it } from "vitest";
import { joinValues, kindOf, narrowedBy, paramsOf, spanFrom, toggled, valuesOf, sameSearch } from "./search";

const NOW_MS = new Date(2026, 10, 21, 12).getTime();

describe("search", () => {
  it("asks for alarms of a month unless the address says otherwise", () => {
    expect(kindOf({})).toBe("alarms");
    expect(kindOf({ of: "nonsense" })).toBe("alarms");
    expect(spanFrom({}, NOW_MS)).toEqual({ from_ms: NOW_MS - 744 * 3_600_000, to_ms: NOW_MS });
    expect(spanFrom({ span: "24" }, NOW_MS)).toEqual({ from_ms: NOW_MS - 86_400_000, to_ms: NOW_MS });
  });
  it("takes whole local days, the last one with them, and leaves open what is no day", () => {
    const own = spanFrom({ span: "own", from: "2026-11-01", to: "2026-11-02" }, NOW_MS);
    expect(own).toEqual({ from_ms: new Date(2026, 10, 1).getTime(), to_ms: new Date(2026, 10, 3).getTime() });
    expect(spanFrom({ span: "own", from: "yesterday" }, NOW_MS)).toEqual({});
  });
  it("puts a value in and takes it out, whatever a name holds", () => {
    const one = toggled({}, "zone", "A, B");
    const two = toggled({ zone: one ?? "" }, "zone", "C");
    expect(valuesOf({ zone: two ?? "" }, "zone")).toEqual(["A, B", "C"]);
    expect(toggled({ zone: two ?? "" }, "zone", "A, B")).toBe(joinValues(["C"]));
    expect(toggled({ zone: "C" }, "zone", "C")).toBeUndefined();
  });
  it("knows a saved search again, whatever order its fields stand in", () => {
    expect(sameSearch({ of: "events", begin: "22:00" }, { begin: "22:00", of: "events", text: "" })).toBe(true);
    expect(sameSearch({ of: "events" }, { of: "events", text: "x" })).toBe(false);
  });
  it("asks the server for what the address says and for nothing of the other kind", () => {
    const query = { zone: joinValues(["a", "b"]) ?? "", class: "person", text: "ladder", begin: "22:00", end: "06:00", least_s: "5", alarmed: "true" };
    const alarms = paramsOf({ ...query, span: "24" }, NOW_MS, "7.x", 50);
    expect(alarms.getAll("zone")).toEqual(["a", "b"]);
    expect([alarms.get("text"), alarms.get("hours"), alarms.get("least_s"), alarms.get("cursor")]).toEqual(["ladder", "22:00-06:00", "5", "7.x"]);
    expect([alarms.get("class"), alarms.get("alarmed")]).toEqual([null, null]);
    const events = paramsOf({ ...query, of: "events" }, NOW_MS, null, 50);
    expect([events.get("class"), events.get("alarmed"), events.get("zone"), events.get("text"), events.get("cursor")]).toEqual(["person", "true", null, null, null]);
    expect([narrowedBy(query), narrowedBy({ ...query, of: "events" }), narrowedBy({ span: "24" })]).toEqual([4, 4, 0]);
  });
});
