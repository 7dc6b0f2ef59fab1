import { describe, expect, it } from "vitest";
import { differences, differencesText } from "./conflict";

const say = (before: Record<string, string>, now: Record<string, string>): string => differencesText(differences(before, now), "–", (list) => `Theirs: ${list}`);

describe("what somebody else changed", () => {
  it("names each field with what it was and what it is", () => {
    expect(say({ Bucket: "a", Region: "eu" }, { Bucket: "b", Region: "eu" })).toBe("Theirs: Bucket: a → b");
  });
  it("tells what came and what went", () => {
    expect(say({ "All cameras": "30 days" }, { "gate.yard": "7 days" })).toBe("Theirs: All cameras: 30 days → –, gate.yard: – → 7 days");
  });
  it("has nothing to say where nothing differs", () => {
    expect(differences({ a: "1" }, { a: "1" })).toEqual([]);
  });
});
