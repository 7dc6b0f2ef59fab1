import { describe, expect, it } from "vitest";
import type { Alarm } from "../api/types";
import { reasonFor } from "./reason";
import { en } from "./words/en";

const alarm = {
  kind: "zone_intrusion", zone_name: "Yard", required: [], persistence_s: 2, condition_ms: 12_000, end_ms: 20_400,
  rule_name: "yard", confidence: 0.873,
} as unknown as Alarm;

describe("reasonFor", () => {
  it("counts from when the condition began, not from when it had lasted long enough", () => {
    expect(reasonFor(alarm, null, 99_000, en).sentence).toBe("A person stayed in “Yard” for 10 s.");
  });
  it("goes on counting what goes on, and never says less than the rule asks", () => {
    expect(reasonFor({ ...alarm, end_ms: null }, null, 31_000, en).sentence).toBe("A person has been in “Yard” for 21 s.");
    expect(reasonFor({ ...alarm, end_ms: null }, null, 11_000, en).sentence).toBe("A person has been in “Yard” for 2 s.");
  });
  it("says what the rule asks and how sure it is", () => {
    expect(reasonFor(alarm, null, 0, en).why).toBe("Rule “yard” alarms when this lasts 2 s. Confidence 87%.");
  });
  it("names who the rule is about", () => {
    const rule = { classes: ["forklift", "person"] } as unknown as Parameters<typeof reasonFor>[1];
    expect(reasonFor(alarm, rule, 0, en).sentence).toContain("A forklift or person");
  });
});
