import { describe, expect, it } from "vitest";
import { discardAll, isUnsaved, watchOver } from "./unsaved";

describe("unsaved", () => {
  it("is what somebody changed, for as long as its editor is open", () => {
    let changed = false;
    const close = watchOver({ check: () => changed });
    expect(isUnsaved()).toBe(false);
    changed = true;
    expect(isUnsaved()).toBe(true);
    close();
    expect(isUnsaved()).toBe(false);
  });
  it("throws away what is changed, and nothing else", () => {
    const thrown: string[] = [];
    const ends = [true, false].map((changed) => watchOver({ check: () => changed, discard: () => thrown.push(String(changed)) }));
    discardAll();
    expect([thrown, isUnsaved()]).toEqual([["true"], false]);
    for (const end of ends) end();
  });
});
