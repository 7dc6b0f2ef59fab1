import { describe, expect, it } from "vitest";
import { faultOffset } from "./json";

describe("faultOffset", () => {
  it.each(['{"a": [1, -2.5e3, "x\\n\\u00e9", true, null, {}], "b": []}', " 7 ", '""', "[[],[{}]]"])("accepts %s", (text) => {
    expect(() => JSON.parse(text)).not.toThrow();
    expect(faultOffset(text)).toBeNull();
  });
  it.each([['{"a": }', 6], ['{"a" 1}', 5], ["[1, 2", 5], ["[1,]", 3], ["{} x", 3], ["", 0], ['{"a": 01}', 7], ["'a'", 0]])("points into %s", (text, offset) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(faultOffset(text)).toBe(offset);
  });
});
