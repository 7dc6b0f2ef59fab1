import { describe, expect, it } from "vitest";
import type { Delivery, Destination } from "../api/types";
import { fareOf, faultOf, inOrder, lineName, outcomeOf, toldOf } from "./messages";
import { en } from "./words/en";
import { ko } from "./words/ko";

const place = (change: Partial<Destination> = {}): Destination => ({
  name: "desk", kind: "webhook", scheme: "https", owner: null, language: "ko", pictures: false, private: false, enabled: true, shut: false, created_by: "kim",
  failures: 0, dead_since: null, last_ok_at: "2026-03-01T00:00:00Z", last_error: "", waiting: 0, lines: [], tag: "", ...change,
});
const message = (change: Partial<Delivery>): Delivery => ({
  id: "1", destination: "desk", alarm: null, alarm_number: null, why: "test", severity: "low", digest: false, state: "waiting", attempts: 0, error: "",
  created_at: "", due_at: "", done_at: null, ...change,
});

describe("fareOf", () => {
  it.each([
    [{}, "well"],
    [{ last_ok_at: null }, "untried"],
    [{ failures: 1 }, "failing"],
    [{ failures: 3, dead_since: "2026-03-01T00:00:00Z" }, "dead"],
    [{ enabled: false, failures: 3, dead_since: "2026-03-01T00:00:00Z" }, "paused"],
  ])("%o is %s", (change, fare) => expect(fareOf(place(change))).toBe(fare));
  it("puts the dead first", () => {
    const all = [place({ name: "b" }), place({ name: "z", dead_since: "2026-03-01T00:00:00Z" }), place({ name: "a" })];
    expect(inOrder(all).map((one) => one.name)).toEqual(["z", "a", "b"]);
  });
});

describe("receipts", () => {
  it("tells a first try from another", () => {
    expect([outcomeOf(message({})), outcomeOf(message({ attempts: 2 })), outcomeOf(message({ attempts: 2, state: "failed" }))]).toEqual(["waiting", "retrying", "failed"]);
  });
  it("says a fault in the language of who looks, and an unknown one as it is", () => {
    const fault = message({ error: "the receiver answered 503", error_said: { code: "send_answered", params: { status: "503" } } });
    expect(faultOf(fault, ko)).toBe("받는 서버가 거절했습니다(응답 503).");
    expect(faultOf(message({ error: "odd" }), en)).toBe("odd");
  });
});

describe("lines", () => {
  const loud = (name: string): string => name.toUpperCase();
  it("names rules and what the system watches", () => {
    expect([lineName("system.node_away", en, loud), lineName("lawn", en, loud), lineName("system.odd", en, loud)]).toEqual(["Node offline", "LAWN", "SYSTEM.ODD"]);
  });
  it("says what is told, and that no line means nothing", () => {
    expect(toldOf([{ rule: null, threshold: "high" }, { rule: "lawn", threshold: "never" }], en, loud)).toBe("High and above · LAWN: Nothing");
    expect(toldOf([], ko, loud)).toBe("받지 않음");
  });
});
