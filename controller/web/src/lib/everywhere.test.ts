import { describe, expect, it } from "vitest";
import { deedOf, type Pressed } from "./everywhere";

const pressed = (key: string, more: Partial<Pressed> = {}): Pressed => ({ key, onControl: false, editing: false, mayAct: true, ...more });

describe("the keys of every page", () => {
  it("open the newest alarm where none is chosen", () => {
    expect(deedOf(pressed("Enter"), { page: "wall", query: {} })).toBe("open");
    expect(deedOf(pressed("Enter"), { page: "alarms", query: {} })).toBe("open");
  });
  it("leave Enter to the alarm that is chosen", () => {
    expect(deedOf(pressed("Enter"), { page: "alarms", query: { id: "7" } })).toBeNull();
  });
  it("leave Enter to a control and to a drawing", () => {
    expect(deedOf(pressed("Enter", { onControl: true }), { page: "wall", query: {} })).toBeNull();
    expect(deedOf(pressed("Enter", { editing: true }), { page: "rules", query: {} })).toBeNull();
  });
  it("acknowledge but where the alarms have an A of their own, or nobody may", () => {
    expect(deedOf(pressed("A"), { page: "wall", query: {} })).toBe("acknowledge");
    expect(deedOf(pressed("a"), { page: "alarms", query: {} })).toBeNull();
    expect(deedOf(pressed("a", { mayAct: false }), { page: "wall", query: {} })).toBeNull();
  });
});
