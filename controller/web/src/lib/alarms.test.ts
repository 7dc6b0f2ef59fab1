import { describe, expect, it } from "vitest";
import type { Alarm } from "../api/types";
import { calls, filterFrom, foremost, graver, gravest, isOf, put, select, settle } from "./alarms";

const alarm = (id: string, change: Partial<Alarm> = {}): Alarm => ({
  id, number: 1, rev: 1, state: "raised", withdrawn: false, assessment: null, rule: "r", rule_name: "yard", kind: "zone_intrusion",
  required: [], severity: "high", camera: "n.a", node: "n", cause: "", detail: "", zone_name: null, zone: null, regulation: "", numbers: {}, persistence_s: 1, condition_ms: 0,
  raised_at: "2026-11-20T10:00:00Z", end_ms: null, confidence: 0.9, occurrences: 1, late: false, acknowledged_by: null,
  acknowledged_at: null, has_picture: false, clip_ready: false, cameras: ["n.a"], escalation_level: 0, suppressed: false, ...change,
});
const ids = (list: Alarm[]): string[] => list.map((one) => one.id);

describe("put", () => {
  it("replaces by id and keeps the newer revision whatever the order of arrival", () => {
    const newer = alarm("a", { rev: 3, state: "resolved" });
    for (const order of [[alarm("a"), newer], [newer, alarm("a")]]) {
      const book = order.reduce((known, one) => put(known, [one]), put(new Map(), []));
      expect([...book.values()]).toEqual([newer]);
    }
  });
  it("does not change the book it was given", () => {
    const before = put(new Map(), [alarm("a")]);
    put(before, [alarm("b")]);
    expect([...before.keys()]).toEqual(["a"]);
  });
});

describe("settle", () => {
  const hour = (at: number, change: Partial<Alarm> = {}): Alarm => alarm(`h${at}`, { raised_at: `2026-11-20T0${at}:00:00Z`, number: at, ...change });
  const before = put(new Map(), [hour(1), hour(2), hour(3), hour(4, { state: "resolved" })]);
  it("forgets what others resolved while the page slept", () => {
    expect([...settle(before, before, [hour(2)], true).keys()]).toEqual(["h2", "h4"]);
    expect([...settle(before, before, [], true).keys()]).toEqual(["h4"]);
  });
  it("knows nothing of what is older than the page it was given", () => {
    expect([...settle(before, before, [hour(2)], false).keys()]).toEqual(["h1", "h2", "h4"]);
  });
  it("keeps what came while it was asked", () => {
    const since = put(before, [hour(5), hour(3, { rev: 2 })]);
    expect([...settle(since, before, [hour(1)], true).keys()]).toEqual(["h1", "h3", "h4", "h5"]);
  });
});

describe("select", () => {
  const book = put(new Map(), [
    alarm("old", { raised_at: "2026-11-20T09:00:00Z", camera: "n.b" }),
    alarm("done", { state: "resolved", severity: "low" }),
    alarm("new", { raised_at: "2026-11-20T11:00:00Z", severity: "critical" }),
    alarm("put-off", { raised_at: "2026-11-20T08:00:00Z", shelved_until: "2026-11-20T12:00:00Z" }),
    alarm("was-off", { state: "resolved", raised_at: "2026-11-20T07:00:00Z", shelved_until: "2026-11-20T12:00:00Z" }),
  ]);
  it.each([
    [{}, ["new", "old", "put-off"]],
    [{ state: "all" }, ["new", "done", "old", "put-off", "was-off"]],
    [{ state: "resolved" }, ["done", "was-off"]],
    [{ camera: "n.b" }, ["old"]],
    [{ severity: "critical" }, ["new"]],
    [{ state: "shelved" }, ["put-off"]],
    [{ state: "nonsense", severity: "nonsense" }, ["new", "old", "put-off"]],
  ])("%o", (query, expected) => {
    expect(ids(select(book, filterFrom(query as Record<string, string>)))).toEqual(expected);
  });
});

describe("foremost", () => {
  it("is the newest that nobody acknowledged or silenced", () => {
    const book = put(new Map(), [
      alarm("a"),
      alarm("b", { raised_at: "2026-11-20T12:00:00Z", state: "acknowledged" }),
      alarm("c", { raised_at: "2026-11-20T13:00:00Z", suppressed: true }),
    ]);
    expect(foremost(book)?.id).toBe("a");
    expect(foremost(new Map())).toBeNull();
  });
});

describe("gravest", () => {
  const at = (hour: number): Partial<Alarm> => ({ raised_at: `2026-11-20T${hour}:00:00Z` });
  it("takes what waits before what somebody has, then the gravest, then the newest", () => {
    const list = [
      alarm("newest", { ...at(14), severity: "low" }),
      alarm("older", { ...at(10), severity: "high" }),
      alarm("newer", { ...at(11), severity: "high" }),
      alarm("in hand", { ...at(15), severity: "critical", state: "acknowledged" }),
    ];
    expect(gravest(list)?.id).toBe("newer");
    expect(gravest(list.filter((one) => one.state !== "raised"))?.id).toBe("in hand");
    expect(gravest([])).toBeNull();
    expect(ids(list)).toEqual(["newest", "older", "newer", "in hand"]);
  });
  it("is told beside the newest only where it is graver and waits", () => {
    const low = alarm("low", { ...at(14), severity: "low" });
    const grave = alarm("grave", { ...at(10), severity: "critical" });
    expect(graver(put(new Map(), [low, grave]))?.id).toBe("grave");
    expect(graver(put(new Map(), [low, { ...grave, state: "acknowledged" }]))).toBeNull();
    expect(graver(put(new Map(), [{ ...grave, ...at(15) }, low]))).toBeNull();
    expect(graver(new Map())).toBeNull();
  });
  it("knows an alarm's rule by id and by name", () => {
    expect([isOf(alarm("a"), { id: "r", name: "x" }), isOf(alarm("a"), { id: "x", name: "yard" }), isOf(alarm("a"), { id: "x", name: "x" })]).toEqual([true, true, false]);
  });
});

describe("whole", () => {
  it("fills in what an older server did not tell", () => {
    const old: Partial<Alarm> = alarm("a");
    delete old.cameras;
    delete old.escalation_level;
    delete old.suppressed;
    expect([...put(new Map(), [old as Alarm]).values()]).toEqual([alarm("a")]);
  });
});

describe("calls", () => {
  it("is quiet about what is shelved, under maintenance or acknowledged", () => {
    expect(calls(alarm("a"))).toBe(true);
    for (const change of [{ shelved_until: "2026-11-20T11:00:00Z" }, { suppressed: true }, { state: "in_action" as const }]) {
      expect(calls(alarm("a", change))).toBe(false);
      expect(foremost(put(new Map(), [alarm("a", change)]))).toBe(null);
    }
  });
  it("finds an alarm by each of its cameras", () => {
    const book = put(new Map(), [alarm("a", { cameras: ["n.a", "n.b"] })]);
    for (const camera of ["n.a", "n.b"]) expect(ids(select(book, { state: "open", camera, severity: "" }))).toEqual(["a"]);
    expect(select(book, { state: "open", camera: "n.c", severity: "" })).toEqual([]);
  });
});
