import { describe, expect, it } from "vitest";
import type { Camera } from "../api/types";
import { flipped, may, rowsOf, seesAll } from "./grants";

const camera = (id: string): Camera => ({ id, node: id.split(".")[0], name: id.split(".")[1] }) as Camera;

describe("grants", () => {
  it("asks the role where nothing was given by camera", () => {
    const who = { role: "viewer", rights: ["view", "playback"] as const, cameras: null };
    expect([may(who, "view"), may(who, "playback", "gate.yard"), may(who, "export"), seesAll(who)]).toEqual([true, true, false, true]);
    expect(may({ role: "admin" }, "delete", "gate.yard")).toBe(true);
  });

  it("asks what was given by camera or node", () => {
    const who = { role: "operator", rights: ["view", "playback", "export"] as const, cameras: { "gate.yard": ["view", "export"], shed: ["view"] } as const };
    expect([may(who, "export", "gate.yard"), may(who, "export", "shed.x"), may(who, "view", "shed.x"), may(who, "view", "gate.door")]).toEqual([true, false, true, false]);
    expect([may(who, "export"), may(who, "playback"), seesAll(who)]).toEqual([true, false, false]);
  });

  it("gives the view with any right, and takes every right with the view", () => {
    expect(flipped({}, "gate", "export")).toEqual({ gate: ["view", "export"] });
    expect(flipped({ gate: ["view", "export"] }, "gate", "export")).toEqual({ gate: ["view"] });
    expect(flipped({ gate: ["view", "export"], shed: ["view"] }, "gate", "view")).toEqual({ shed: ["view"] });
  });

  it("lists nodes with their cameras, and what is gone", () => {
    const rows = rowsOf([camera("shed.x"), camera("gate.yard"), camera("gate.door")], { "old.cam": ["view"], gate: ["view"] });
    expect(rows.map((row) => `${row.of} ${row.target}`)).toEqual(["node gate", "camera gate.yard", "camera gate.door", "node shed", "camera shed.x", "camera old.cam"]);
  });
});
