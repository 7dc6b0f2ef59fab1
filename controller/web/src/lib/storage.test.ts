import { describe, expect, it } from "vitest";
import type { Storage } from "../api/fleetCalls";
import { dayCount, outlook, storeTrouble } from "./storage";
import { en } from "./words/en";
import { ko } from "./words/ko";

const storage = (change: Partial<Storage["forecast"]>): Storage =>
  ({ retention_days: 30, forecast: { outlook: "fills", measured_days: 7, day_bytes: 2 ** 30, limit_bytes: 2 ** 34, full_in_days: 12.96, level_bytes: 30 * 2 ** 30, keeps_days: 16, ...change } }) as Storage;

describe("storage", () => {
  it("says when it is full, never later than it is", () => {
    expect(dayCount(6.99)).toBe("6.9");
    expect(outlook(storage({}), en.fleet.storage)).toEqual({ text: "The store’s disk is full in 12 days. Add room or shorten the retention.", bad: true });
    expect(outlook(storage({ outlook: "shortens" }), ko.fleet.storage).text).toBe("12일 뒤 용량 한도에 이릅니다. 그 뒤에는 30일 대신 16일분만 보존됩니다.");
    expect(outlook(storage({ outlook: "shortens", full_in_days: 0 }), en.fleet.storage)).toEqual({ text: "The quota is reached: 16 days are kept instead of 30.", bad: true });
  });
  it("is a trouble while its bound is near, and a grave one where its disk fills", () => {
    const graves = (change: Partial<Storage["forecast"]>): boolean[] => storeTrouble(storage(change), 7, en).map((one) => one.grave);
    expect(graves({})).toEqual([]);
    expect(graves({ full_in_days: 6 })).toEqual([false]);
    expect(graves({ full_in_days: 1 })).toEqual([true]);
    expect(graves({ outlook: "shortens", full_in_days: 1 })).toEqual([false]);
    expect(graves({ outlook: "levels", full_in_days: null })).toEqual([]);
  });
  it("is honest where nobody can say, and calm where it levels off", () => {
    expect(outlook(storage({ outlook: "young", day_bytes: null, full_in_days: null }), en.fleet.storage).text).toContain("nobody can foretell");
    expect(outlook(storage({ outlook: "levels" }), en.fleet.storage)).toEqual({ text: "Retention keeps it near 30.0 GiB.", bad: false });
    expect(outlook(storage({ outlook: "unbounded" }), en.fleet.storage).bad).toBe(false);
  });
});
