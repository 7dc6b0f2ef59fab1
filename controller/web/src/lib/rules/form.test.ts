import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Rule } from "../../api/types";
import { asKind, bounds, faultsOf, has, needed, usual, type RuleSchema } from "./form";

const schema = JSON.parse(readFileSync(new URL("../../../../../docs/reference/rules.schema.json", import.meta.url), "utf-8")) as RuleSchema;
const KINDS = (schema.$defs.rule.properties["kind"]?.enum ?? []) as Rule["kind"][];

describe("the form of a rule", () => {
  it("shows the fields that a kind has, and no other", () => {
    expect(has(schema, "line_crossing", "line")).toBe(true);
    expect(has(schema, "line_crossing", "zone")).toBe(false);
    expect(has(schema, "zone_entry", "persistence_s")).toBe(false);
    expect(has(schema, "zone_intrusion", "required")).toBe(false);
    expect(has(schema, "anomaly", "classes")).toBe(false);
    for (const kind of KINDS) expect(has(schema, kind, "severity")).toBe(true);
  });
  it("knows what a kind needs, its bounds and what is usual", () => {
    expect(needed(schema, "proximity")).toEqual(["name", "others", "distance_m"]);
    expect(bounds(schema, "tolerance_deg")).toEqual({ least: 10, most: 170, whole: false });
    expect(bounds(schema, "most").whole).toBe(true);
    expect(usual(schema, "absence", "persistence_s")).toBe(60);
    expect(usual(schema, "zone_intrusion", "persistence_s")).toBe(2);
  });
  it("finds nothing wrong with a rule of any kind that only its shape and its name are given to", () => {
    for (const kind of KINDS) {
      const rule = asKind(schema, { name: "a", zone: [[0, 0], [1, 0], [1, 1]], line: [[0, 0], [1, 1]] }, kind);
      expect(faultsOf(schema, rule), kind).toEqual({});
    }
  });
  it("says at which field something is wrong", () => {
    expect(faultsOf(schema, { kind: "zone_entry", name: "" })).toEqual({ name: { code: "needed" }, zone: { code: "needed" } });
    expect(faultsOf(schema, { kind: "loitering", name: "a", dwell_s: 0 })).toEqual({ dwell_s: { code: "range", least: 1, most: 3600 } });
    expect(faultsOf(schema, { kind: "occupancy", name: "a" })).toEqual({ most: { code: "needed" } });
    expect(faultsOf(schema, { kind: "man_down", name: "x".repeat(101) })).toEqual({ name: { code: "long", most: 100 } });
  });
  it("leaves out what another kind cannot have when the kind is changed", () => {
    const rule = asKind(schema, { name: "a", kind: "proximity", others: ["truck"], distance_m: 5, zone_name: "yard", severity: "low" }, "man_down");
    expect(rule).toEqual({ name: "a", kind: "man_down", zone_name: "yard", severity: "low", persistence_s: 5 });
  });
});
