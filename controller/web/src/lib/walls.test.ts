import { describe, expect, it } from "vitest";
import { neighbour, pagesOf, pageWithin, placesOf, swapped, withCamera, withPages, type Arrangement } from "./walls";

const wall: Arrangement = { tiles: 4, cameras: ["a", null, "b", "c", "d"], turn_s: 0 };
const cameras = (arrangement: Arrangement): string => arrangement.cameras.map((one) => one ?? "-").join("");

describe("walls", () => {
  it("has pages of whole places", () => {
    expect(pagesOf(wall)).toBe(2);
    expect(placesOf(wall, 1)).toEqual(["d", null, null, null]);
    expect(pagesOf({ ...wall, cameras: [] })).toBe(1);
    expect([pageWithin(wall, -1), pageWithin(wall, 9)]).toEqual([0, 1]);
  });
  it("exchanges two places, also beyond the end", () => {
    expect(cameras(swapped(wall, 0, 2))).toBe("b-acd");
    expect(cameras(swapped(wall, 4, 7))).toBe("a-bc---d");
    expect(swapped(wall, 3, 3)).toBe(wall);
  });
  it("never shows a camera twice on a page, and never loses one by it", () => {
    expect(cameras(withCamera(wall, 0, "c"))).toBe("c-bad");
    expect(cameras(withCamera(wall, 1, "e"))).toBe("aebcd");
    expect(cameras(withCamera(wall, 5, "a"))).toBe("a-bcda");
    expect(cameras(withCamera(wall, 2, null))).toBe("a--cd");
  });
  it("adds and takes whole pages", () => {
    expect(cameras(withPages(wall, 1))).toBe("a-bc");
    expect(pagesOf(withPages(wall, 3))).toBe(3);
    expect(cameras(withPages(wall, 0))).toBe("a-bc");
  });
  it("goes by arrows to what is beside, and stops at the edges", () => {
    const to = (place: number, key: string): number | null => neighbour(place, `Arrow${key}`, 3, 6);
    expect([to(1, "Left"), to(1, "Right"), to(1, "Down"), to(4, "Up")]).toEqual([0, 2, 4, 1]);
    expect([to(0, "Left"), to(2, "Right"), to(1, "Up"), to(4, "Down"), neighbour(1, "Enter", 3, 6)]).toEqual([null, null, null, null, null]);
  });
});
