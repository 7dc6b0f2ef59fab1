import { expect, it } from "vitest";
import { clipDeed } from "./clipKeys";

const bare = { pressable: false, slides: false };

it("plays and steps by the keys", () => {
  expect(clipDeed(" ", bare)).toBe("play");
  expect(clipDeed(".", bare)).toEqual({ pictures: 1 });
  expect(clipDeed("ArrowLeft", bare)).toEqual({ pictures: -10 });
  expect(clipDeed("j", bare)).toBeNull();
});

it("leaves a key to what has the focus and uses it", () => {
  expect(clipDeed(" ", { ...bare, pressable: true })).toBeNull();
  expect(clipDeed(",", { ...bare, pressable: true })).toEqual({ pictures: -1 });
  expect(clipDeed("ArrowRight", { ...bare, slides: true })).toBeNull();
  expect(clipDeed(" ", { ...bare, slides: true })).toBe("play");
});
