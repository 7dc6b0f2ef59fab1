import { describe, expect, it } from "vitest";
import { areasOf, areSame, ownName, withAreas, type Settings } from "./areas";
import type { Path } from "./shapes/geometry";

const area: Path = [[0, 0], [0.5, 0], [0.5, 0.5]];
const other: Path = [[0.5, 0.5], [1, 0.5], [1, 1]];
const settings: Settings = {
  upload: { rate: 5 },
  cameras: { gate: { record: "motion", motion: { sensitivity: 0.4, masks: [area] }, privacy: [{ polygon: other }] }, yard: { transcode: true } },
};

describe("areas in a node's settings", () => {
  it("are found for their camera, and none for another", () => {
    expect(areasOf(settings, "gate", "masks")).toEqual([area]);
    expect(areasOf(settings, "gate", "privacy")).toEqual([other]);
    expect(areasOf(settings, "yard", "masks")).toEqual([]);
    expect(areasOf({}, "gate", "privacy")).toEqual([]);
  });
  it("come back as they were put in, and everything else stays", () => {
    for (const kind of ["masks", "privacy"] as const) {
      const next = withAreas(settings, "yard", kind, [area, other]);
      expect(areSame(areasOf(next, "yard", kind), [area, other])).toBe(true);
      expect(next["upload"]).toEqual(settings["upload"]);
      expect(areasOf(next, "gate", kind)).toEqual(areasOf(settings, "gate", kind));
      expect(withAreas(next, "yard", kind, [])).toEqual(settings);
    }
  });
  it("leave sensitivity and the other kind of areas alone", () => {
    const next = withAreas(settings, "gate", "masks", []) as { cameras: { gate: object } };
    expect(next.cameras.gate).toEqual({ record: "motion", motion: { sensitivity: 0.4 }, privacy: [{ polygon: other }] });
  });
  it("leave no empty table behind", () => expect(withAreas(withAreas({}, "gate", "privacy", [area]), "gate", "privacy", [])).toEqual({}));
  it("are under the node's own name of a camera", () => expect(ownName("node.gate")).toBe("gate"));
});
