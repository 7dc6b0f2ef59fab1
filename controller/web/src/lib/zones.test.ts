import { describe, expect, it } from "vitest";
import { contain, share, svgPoints } from "./zones";

describe("zones", () => {
  it("fits a narrow picture between bars at the sides, a wide one between bars above and below", () => {
    expect(contain(480, 360, 320, 180)).toEqual({ x: 40, y: 0, width: 240, height: 180 });
    expect(contain(1920, 540, 320, 180)).toEqual({ x: 0, y: 45, width: 320, height: 90 });
  });
  it("lies nowhere while the size is unknown, as of a film that only shows its poster yet", () => {
    expect(contain(0, 0, 320, 180)).toBeNull();
  });
  it("measures a polygon either way round", () => {
    const half: [number, number][] = [[0, 0], [1, 0], [1, 0.5], [0, 0.5]];
    expect(share(half)).toBeCloseTo(0.5);
    expect(share([...half].reverse())).toBeCloseTo(0.5);
  });
  it("writes points for an SVG of 100 by 100", () => expect(svgPoints([[0, 0.42], [0.2333, 1]])).toBe("0.00,42.00 23.33,100.00"));
});
