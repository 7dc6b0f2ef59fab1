import { describe, expect, it } from "vitest";
import { apart_px, bay, crossing, faultOf, GROUND, inserted, isSame, level, LINE, moved, nearestEdge, rectangle, refusal, removed, snapped, within, ZONE, type Path, type Point } from "./geometry";
import { fit } from "./ground";

/** A stream of numbers in 0..1 that is the same at every run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
const square: Path = [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]];
const bow: Path = [[0.2, 0.2], [0.8, 0.8], [0.8, 0.2], [0.2, 0.8]];
const size = { width: 1000, height: 500 };

/** Corners around a middle, in the order of their angle: such a zone never crosses itself. */
function star(roll: () => number): Path {
  const count = 3 + Math.floor(roll() * 9);
  return Array.from({ length: count }, (_, at): Point => {
    const angle = ((at + 0.1 + 0.8 * roll()) / count) * 2 * Math.PI;
    const radius = 0.1 + 0.35 * roll();
    return [0.5 + radius * Math.cos(angle), 0.5 + radius * Math.sin(angle)];
  });
}

describe("crossing", () => {
  it("finds none in any zone whose corners go once around a middle", () => {
    const roll = dice(7);
    for (let round = 0; round < 300; round++) {
      const zone = star(roll);
      expect(crossing(zone, true)).toBeNull();
      expect(crossing([...zone].reverse(), true)).toBeNull();
    }
  });
  it("finds one in every zone of four or more in which two neighbours changed places", () => {
    expect(crossing(bow, true)).toEqual([0, 2]);
    expect(crossing([square[0], square[2], square[1], square[3]] as Path, true)).not.toBeNull();
  });
  it("takes an edge that only touches a corner, and refuses one that goes through it", () => {
    expect(crossing([[0, 0], [1, 0], [1, 1], [0.5, 0], [0, 1]], true)).toBeNull();
    expect(crossing([[0, 0.5], [1, 0.5], [1, 1], [0.5, 0.5], [0.4, 0], [0.1, 0]], true)).not.toBeNull();
  });
  it("does not close what is still being drawn", () => {
    expect(crossing([[0, 0], [1, 1], [1, 0]], false)).toBeNull();
    expect(crossing([[0, 0], [1, 1], [1, 0], [0, 1]], false)).toEqual([0, 2]);
  });
});

describe("a path", () => {
  it("stays in the picture, with four digits, wherever a corner is moved", () => {
    const roll = dice(3);
    for (let round = 0; round < 200; round++) {
      const path = moved(square, round % 4, [roll() * 4 - 2, roll() * 4 - 2]);
      for (const [x, y] of path) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(y).toBeLessThanOrEqual(1);
        expect(within([x, y])).toEqual([x, y]);
      }
    }
  });
  it("is as before when what was added is taken away", () => {
    const roll = dice(5);
    for (let round = 0; round < 100; round++) {
      const zone = star(roll).map(within);
      const at = Math.floor(roll() * zone.length);
      expect(isSame(removed(inserted(zone, at, [roll(), roll()]), at), zone)).toBe(true);
    }
  });
  it("may be kept when it is one of the shapes to begin with", () => {
    expect([faultOf(rectangle, ZONE), faultOf(level, LINE), faultOf(bay, GROUND)]).toEqual([null, null, null]);
    expect(typeof fit(bay.map(([x, y], at) => [x, y, [0, 3, 3, 0][at] ?? 0, at < 2 ? 0 : 6]))).toBe("object");
  });
  it("says why it cannot be kept", () => {
    expect(faultOf(square, ZONE)).toBeNull();
    expect(faultOf(square.slice(0, 2), ZONE)).toBe("few");
    expect(faultOf(bow, ZONE)).toBe("crosses");
    expect(faultOf([[0, 0], [0.5, 0], [1, 0]], ZONE)).toBe("flat");
    expect(faultOf([[0, 0], [0, 0], [1, 0]], LINE)).toBe("same");
    expect(faultOf(bow, LINE)).toBeNull();
    expect(faultOf(Array.from({ length: 17 }, (_, at): Point => [at / 20, at % 2]), LINE)).toBe("many");
  });
  it("refuses a step that makes it cross itself, and never one that leads out of that", () => {
    expect(refusal(square, bow, ZONE, false)).toBe("crosses");
    expect(refusal(bow, bow, ZONE, false)).toBeNull();
    expect(refusal(square.slice(0, 3), square.slice(0, 2), ZONE, false)).toBe("few");
    expect(refusal(square.slice(0, 3), square.slice(0, 2), ZONE, true)).toBeNull();
  });
});

describe("snapping", () => {
  const other = { points: [[0.5, 0.5], [0.9, 0.5], [0.9, 0.9]] as Path, closed: true };
  it("prefers a corner to an edge, and an edge to nothing", () => {
    expect(snapped([0.505, 0.505], [other], size, 10)).toEqual([0.5, 0.5]);
    expect(snapped([0.7, 0.51], [other], size, 10)).toEqual([0.7, 0.5]);
    expect(snapped([0.7, 0.3], [other], size, 10)).toEqual([0.7, 0.3]);
  });
  it("holds to the picture's border and its corners", () => {
    expect(snapped([0.004, 0.4], [], size, 10)).toEqual([0, 0.4]);
    expect(snapped([0.996, 0.99], [], size, 10)).toEqual([1, 1]);
  });
  it("never moves a corner by more than its reach", () => {
    const roll = dice(11);
    for (let round = 0; round < 300; round++) {
      const to: Point = [roll(), roll()];
      expect(apart_px(snapped(to, [other], size, 10), to, size)).toBeLessThanOrEqual(10 * Math.SQRT2 + 0.2);
    }
  });
  it("finds the edge that is nearest on the screen, not in shares of the picture", () => {
    expect(nearestEdge(square, true, [0.5, 0.25], size)?.edge).toBe(0);
    expect(nearestEdge(square, true, [0.5, 0.25], size)?.distance_px).toBeCloseTo(25);
    expect(nearestEdge([], true, [0.5, 0.25], size)).toBeNull();
  });
});
