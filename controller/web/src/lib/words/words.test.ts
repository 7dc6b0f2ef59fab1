import { describe, expect, it } from "vitest";
import { en } from "./en";
import { josa } from "./josa";
import { ko } from "./ko";

/** Every path with what stands there; records of names (classes, actions) are compared by their own keys. */
function leaves(tree: object, path = ""): Map<string, unknown> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]: [string, unknown]) =>
      typeof value === "object" && value !== null ? [...leaves(value, `${path}${key}.`)] : [[`${path}${key}`, value] as const],
    ),
  );
}

describe("words", () => {
  const both = { ko: leaves(ko), en: leaves(en) };
  it("has the same keys in both languages", () => {
    expect([...both.en.keys()].sort()).toEqual([...both.ko.keys()].sort());
  });
  it("leaves no word empty", () => {
    for (const [path, word] of [...both.ko, ...both.en]) expect(word, path).not.toBe("");
  });
  it("writes no Hangul in English and no Korean sentence without it", () => {
    for (const [path, word] of both.en) if (typeof word === "string") expect(word, path).not.toMatch(/[가-힣]/);
    expect(ko.reason.zone_intrusion("야적장", ["person"], "3", false)).toBe("‘야적장’ 구역에 사람이 3초 동안 머물렀습니다.");
    expect(ko.reason.ppe_missing("정문", ["helmet", "vest"], "2", true)).toBe("‘정문’ 구역에서 안전모, 안전조끼를 착용하지 않은 사람이 2초째 확인되고 있습니다.");
    expect(en.reason.ppe_missing(null, ["helmet", "vest"], "2", false)).toBe("A person without a helmet and a safety vest was seen in the picture for 2 s.");
  });
});

describe("josa", () => {
  it.each([["사람", "사람이"], ["지게차", "지게차가"], ["forklift", "forklift이(가)"]])("%s", (word, expected) => {
    expect(josa(word, "이", "가")).toBe(expected);
  });
});
