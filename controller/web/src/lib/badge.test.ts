import { describe, expect, it } from "vitest";
import { badgeText } from "./badge";

describe("badge", () => {
  it.each([
    [1, "1"],
    [99, "99"],
    [100, "99+"],
  ])("%i is written %s", (count, text) => expect(badgeText(count)).toBe(text));
});
