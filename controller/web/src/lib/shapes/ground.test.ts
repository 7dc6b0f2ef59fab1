import { describe, expect, it } from "vitest";
import { distance_m, fit, grid, metresAt, pictureAt, type Ground, type Spot } from "./ground";

const bay: Spot[] = [[0.1, 0.9, 0, 0], [0.9, 0.9, 4, 0], [0.7, 0.4, 4, 10], [0.3, 0.4, 0, 10]];
const fitted = (spots: readonly Spot[]): Ground => {
  const ground = fit(spots);
  if (typeof ground === "string") throw new Error(ground);
  return ground;
};

describe("ground", () => {
  it("tells the metres of the spots that it was made of", () => {
    const ground = fitted(bay);
    for (const [x, y, east, north] of bay) {
      const metres = metresAt(ground, [x, y]);
      expect(metres?.[0]).toBeCloseTo(east, 6);
      expect(metres?.[1]).toBeCloseTo(north, 6);
    }
    expect(ground.residual_m).toBeLessThan(1e-6);
  });
  it("leads from the floor to the picture and back", () => {
    const ground = fitted(bay);
    for (let east = 0.5; east < 4; east += 0.7)
      for (let north = 0; north < 9; north += 1.3) {
        const at = pictureAt(ground, [east, north]);
        const back = at && metresAt(ground, at);
        expect(back?.[0]).toBeCloseTo(east, 6);
        expect(back?.[1]).toBeCloseTo(north, 6);
      }
  });
  it("measures what lies between two spots, and nothing at the sky", () => {
    const ground = fitted(bay);
    expect(distance_m(ground, [0.1, 0.9], [0.9, 0.9])).toBeCloseTo(4, 6);
    expect(distance_m(ground, [0.1, 0.9], [0.3, 0.4])).toBeCloseTo(10, 6);
    const low = fitted(bay.map(([x, y, east, north]) => [x, y / 2 + 0.5, east, north]));
    expect(distance_m(low, [0.5, 0.9], [0.5, 0.4])).toBeNull();
  });
  it("says why four spots make no floor", () => {
    expect(fit(bay.slice(0, 3))).toBe("few");
    expect(fit([[0, 0.5, 0, 0], [0.3, 0.5, 1, 0], [0.6, 0.5, 2, 0], [0.9, 0.9, 3, 3]])).toBe("flat");
    expect(fit([[0.1, 0.9, 0, 0], [0.9, 0.9, 4, 10], [0.7, 0.4, 4, 0], [0.3, 0.4, 0, 10]])).toBe("order");
  });
  it("tells how far a spot too many is off", () => {
    const middle = pictureAt(fitted(bay), [2, 5]) ?? [0, 0];
    expect(fitted([...bay, [middle[0], middle[1], 2, 5]]).residual_m).toBeLessThan(1e-6);
    expect(fitted([...bay, [middle[0], middle[1], 2, 8]]).residual_m).toBeGreaterThan(0.5);
  });
  it("draws lines of one step that all lie within the spots", () => {
    const { step_m, lines } = grid(fitted(bay), bay);
    expect(step_m).toBe(1);
    expect(lines).toHaveLength(5 + 11);
    for (const [x, y] of lines.flat()) expect(x > 0.09 && x < 0.91 && y > 0.39 && y < 0.91).toBe(true);
  });
});
