import { describe, expect, it } from "vitest";
import type { Rule } from "../../api/types";
import { fromDocument, plainRule, toDocument } from "../ruleText";
import { copied, merged, orphans, sharers, table } from "./book";

const rule = (id: string, more: Partial<Rule> = {}): Rule =>
  ({ id, name: id, kind: "zone_intrusion", camera: "n.a", classes: ["person"], required: [], zone: [[0, 0], [1, 0], [1, 1]], zone_name: null, persistence_s: 2, cooldown_s: 15, severity: "high", min_confidence: 0.5, regulation: "", enabled: true, ...more }) as Rule;
const [a, b, c] = [rule("a"), rule("b"), rule("c", { camera: null })];

describe("merging one person's change into the newest rules", () => {
  it("keeps what somebody else did to other rules", () => {
    const theirs = [rule("a"), rule("b", { severity: "low" }), rule("new")];
    const found = merged(theirs, [{ base: a, mine: { ...a, severity: "critical" } }]);
    expect(found.ok && found.rules.map((one) => [one.name, one.severity])).toEqual([["a", "critical"], ["b", "low"], ["new", "high"]]);
  });
  it("refuses where somebody else changed or deleted the same rule, unless to the same end", () => {
    const mine = { ...a, severity: "critical" as const };
    expect(merged([rule("a", { cooldown_s: 60 }), b], [{ base: a, mine }])).toEqual({ ok: false, why: "changed", name: "a" });
    expect(merged([rule("a", { cooldown_s: 60 }), b], [{ base: a, mine: null }])).toEqual({ ok: false, why: "changed", name: "a" });
    expect(merged([b], [{ base: a, mine }])).toEqual({ ok: false, why: "gone", name: "a" });
    expect(merged([b], [{ base: a, mine: null }]).ok).toBe(true);
    expect(merged([rule("a", { severity: "critical" })], [{ base: a, mine }]).ok).toBe(true);
  });
  it("adds at the end, deletes, and refuses a name that its camera has", () => {
    const found = merged([a, b, c], [{ base: null, mine: { ...a, name: "d" } }, { base: b, mine: null }]);
    expect(found.ok && found.rules.map((one) => one.name)).toEqual(["a", "c", "d"]);
    expect(merged([a, b], [{ base: null, mine: a }])).toEqual({ ok: false, why: "taken", name: "a" });
    expect(merged([a, b], [{ base: null, mine: { ...a, camera: null } }]).ok).toBe(true);
  });
  it("writes the same file that was read where nothing is changed", () => {
    const found = merged([a, b, c], []);
    expect(found.ok && fromDocument(toDocument(found.rules))).toEqual({ ok: true, rules: [a, b, c].map(plainRule) });
  });
});

describe("what a rule refers to", () => {
  it("drops the shifts that were made for it and that nothing names any more", () => {
    const base = rule("a", { shifts: ["a", "a 2", "night"] });
    expect(orphans({ rules: [base, rule("b", { shifts: ["a 2"] })] }, base, { ...base, shifts: [] })).toEqual(["a"]);
    expect(table({ a: 1, night: 2 }, { day: 3 }, ["a"])).toEqual({ night: 2, day: 3 });
  });
  it("finds the rules that have the very same zone", () => {
    expect(sharers([a, b, c, rule("d", { zone: [[0, 0], [1, 0], [0, 1]] })], a).map((one) => one.id)).toEqual(["b"]);
  });
  it("copies under a name that is free", () => expect(copied([a, rule("a (2)")], a).name).toBe("a (3)"));
});
