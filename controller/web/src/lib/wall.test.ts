import { describe, expect, it } from "vitest";
import { grid, LAYOUTS, pageOf, qualityFor } from "./wall";

describe("wall", () => {
  it.each(LAYOUTS.filter((size) => size > 0))("has exactly %i tiles", (size) => {
    const { columns, rows } = grid(size, 99, 1.5);
    expect(columns * rows).toBe(size);
  });
  it.each([0.6, 1.4, 1.9, 3.5])("holds every number of cameras up to 16 without an empty row, in an area of %f", (aspect) => {
    for (let cameras = 1; cameras <= 16; cameras++) {
      const { columns, rows } = grid(0, cameras, aspect);
      expect(columns * rows).toBeGreaterThanOrEqual(cameras);
      expect(columns * (rows - 1)).toBeLessThan(cameras);
    }
  });
  it("stacks two cameras in a tall area and sets them side by side in a wide one", () => {
    expect(grid(0, 2, 1.4)).toEqual({ columns: 1, rows: 2 });
    expect(grid(0, 2, 3)).toEqual({ columns: 2, rows: 1 });
    expect(grid(0, 4, 16 / 9)).toEqual({ columns: 2, rows: 2 });
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
    expect(qualityFor(false, 1, true, true)).toBe("sub");
    expect(qualityFor(true, 1, true, true)).toBe("main");
  });
});
