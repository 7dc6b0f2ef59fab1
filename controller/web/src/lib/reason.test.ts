import { describe, expect, it } from "vitest";
import type { Alarm } from "../api/types";
import { placeOf, reasonFor, titleOf } from "./reason";
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
  it("counts no pause of what came several times", () => {
    const spans = [{ start_ms: 10_000, end_ms: 14_000 }, { start_ms: 12_000, end_ms: 15_000 }, { start_ms: 60_000, end_ms: 63_000 }];
    const over = { ...alarm, end_ms: 63_000 };
    expect(reasonFor(over, null, 99_000, en, spans).sentence).toBe("A person stayed in “Yard” for 8 s. It happened 3 times in all.");
    const again = [...spans, { start_ms: 90_000, end_ms: null }];
    expect(reasonFor({ ...alarm, end_ms: null }, null, 99_000, en, again).sentence).toBe("A person has been in “Yard” for 9 s. It happened 4 times in all.");
  });
  it("says what the rule asks and how sure it is", () => {
    expect(reasonFor(alarm, null, 0, en).why).toBe("Rule “yard” alarms when this lasts 2 s. Confidence 87%.");
  });
  it("is called by its rule's name, as everywhere", () => {
    expect(reasonFor(alarm, null, 0, en).title).toBe("yard");
  });
  it("says of trouble with the system what to do, in the language of the page", () => {
    const away = {
      ...alarm, kind: "node_away", rule_name: "node away", camera: null, node: "gate", persistence_s: 30, detail: "node gate does not answer",
      said: { code: "alarm_node_away", params: { node: "gate", cameras: "yard" } },
    } as unknown as Alarm;
    expect(reasonFor(away, null, 0, en)).toEqual({
      title: "Node offline",
      sentence: "Node gate does not answer, nor do its cameras (yard). Check its power and network. While it has power it keeps recording on its own disk.",
      why: "The system raised this itself, after 30 s.",
    });
    expect(reasonFor({ ...away, said: null }, null, 0, en).sentence).toBe("node gate does not answer");
    const covered = { ...away, kind: "tamper", cause: "covered" } as Alarm;
    expect([away, covered, alarm].map((one) => titleOf(one, en))).toEqual(["Node offline", "Camera tampering: covered", "yard"]);
    const upkeep = ["sweep", "scrub"].map((cause) => ({ ...away, kind: "upkeep_trouble", cause }) as Alarm);
    expect(upkeep.map((one) => titleOf(one, en))).toEqual(["Store needs attention: deletion waits", "Store needs attention: stored footage"]);
  });
  it("says where: the camera, else the node, else the site", () => {
    const place = (change: Partial<Alarm>): string => placeOf({ ...alarm, ...change }, new Map([["n.a", "Gate"]]), en);
    expect([place({ camera: "n.a" }), place({ camera: "n.b" }), place({ camera: null, node: "n" }), place({ camera: null, node: null })]).toEqual([
      "Gate", "n.b", "Node n", "The whole site",
    ]);
  });
  it("tells the numbers of the later kinds", () => {
    const near = { ...alarm, kind: "proximity", numbers: { distance_m: 1.84, closing_mps: 0.5 } } as unknown as Alarm;
    expect(reasonFor(near, null, 0, en).sentence).toBe("A person and a vehicle came within 1.8 m in “Yard” (closing at 0.5 m/s).");
  });
  it("names who the rule is about", () => {
    const rule = { classes: ["forklift", "person"] } as unknown as Parameters<typeof reasonFor>[1];
    expect(reasonFor(alarm, rule, 0, en).sentence).toContain("A forklift or person");
  });
});
