import { describe, expect, it } from "vitest";
import { grid, LAYOUTS, pageOf, qualityFor } from "./wall";

describe("wall", () => {
  it.each(LAYOUTS.filter((size) => size > 0))("has exactly %i tiles", (size) => {
    const { columns, rows } = grid(size, 99);
    expect(columns * rows).toBe(size);
  });
  it("holds every number of cameras up to 16 without an empty row", () => {
    for (let cameras = 1; cameras <= 16; cameras++) {
      const { columns, rows } = grid(0, cameras);
      expect(columns * rows).toBeGreaterThanOrEqual(cameras);
      expect(columns * (rows - 1)).toBeLessThan(cameras);
    }
  });
  it("turns pages within bounds", () => {
    const items = [1, 2, 3, 4, 5];
    expect(pageOf(items, 4, 1)).toEqual({ items: [5], pages: 2, page: 1 });
    expect(pageOf(items, 4, 9).page).toBe(1);
    expect(pageOf([], 4, 0)).toEqual({ items: [], pages: 1, page: 0 });
  });
  it("asks for the full picture only where it is seen", () => {
    expect(qualityFor(false, 4, true)).toBe("sub");
    expect(qualityFor(true, 4, true)).toBe("main");
    expect(qualityFor(false, 1, true)).toBe("main");
    expect(qualityFor(false, 4, false)).toBe("main");
  });
});
