import { describe, expect, it } from "vitest";
import type { LiveTrack } from "./framing";
import { labelsOf, placed } from "./labels";

let id = 0;
const track = (name: string, box: readonly [number, number, number, number], state: LiveTrack["state"] = "normal"): LiveTrack => {
  const [x1, y1, x2, y2] = box;
  return { id: ++id, class: name, confidence: 0.9, x1, y1, x2, y2, state };
};
const told = (tracks: readonly LiveTrack[]): string[] => labelsOf(tracks).map((one) => `${one.names.join("+")} ${one.state}`);

describe("labelsOf", () => {
  const person = track("person", [0.1, 0.1, 0.3, 0.9]);
  it("names a person once, with what is worn", () => {
    expect(told([person, track("helmet", [0.15, 0.1, 0.25, 0.2]), track("vest", [0.12, 0.3, 0.28, 0.6])])).toEqual(["person+helmet+vest normal"]);
  });
  it("leaves what nobody wears by itself, and a vehicle too", () => {
    expect(told([person, track("helmet", [0.8, 0.8, 0.9, 0.9]), track("forklift", [0.12, 0.3, 0.28, 0.6])])).toEqual(["person normal", "helmet normal", "forklift normal"]);
  });
  it("puts the fault first, and of a crowd names nothing else", () => {
    const other = track("person", [0.6, 0.1, 0.8, 0.9], "violation");
    expect(told([person, other])).toEqual(["person violation", "person normal"]);
    const crowd = Array.from({ length: 5 }, (_, at) => track("person", [at / 10, 0.1, at / 10 + 0.05, 0.3]));
    expect(told([...crowd, other])).toEqual(["person violation"]);
  });
  it("gives an item to the nearer in size of two who cover one place", () => {
    const behind = track("person", [0, 0, 1, 1]);
    expect(told([behind, person, track("helmet", [0.15, 0.1, 0.25, 0.2])]).sort()).toEqual(["person normal", "person+helmet normal"]);
  });
});

describe("placed", () => {
  const within = { x: 0, y: 0, width: 200, height: 100 };
  const size = { width: 60, height: 16 };
  it("stands over its box, or in it at the picture's edge", () => {
    expect(placed({ x: 20, y: 40, width: 30, height: 30 }, size, within, [])).toEqual({ x: 20, y: 23, ...size });
    expect(placed({ x: 20, y: 2, width: 30, height: 90 }, size, within, [])?.y).toBe(3);
    expect(placed({ x: 190, y: 40, width: 10, height: 30 }, size, within, [])?.x).toBe(140);
  });
  it("never covers another, and gives way where there is no room", () => {
    const box = { x: 20, y: 40, width: 30, height: 30 };
    const taken: { x: number; y: number; width: number; height: number }[] = [];
    for (let count = 0; count < 20; count++) {
      const found = placed(box, size, within, taken);
      if (!found) break;
      for (const one of taken) expect(one.x >= found.x + found.width || found.x >= one.x + one.width || one.y >= found.y + found.height || found.y >= one.y + one.height).toBe(true);
      taken.push(found);
    }
    expect(taken.length).toBeGreaterThan(2);
    expect(placed(box, size, within, [within])).toBeNull();
  });
});
