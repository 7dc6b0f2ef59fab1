import { describe, expect, it } from "vitest";
import { age, bytes, clockTime, delay, duration, moment, percent, preciseTime, spell } from "./format";

describe("format", () => {
  it("writes wall clocks in local time", () => {
    const at = new Date(2026, 10, 20, 4, 5, 6, 7).getTime();
    expect(clockTime(at)).toBe("04:05:06");
    expect(preciseTime(at)).toBe("04:05:06.007");
  });
  it.each([[0, "0:00"], [8_400, "0:08"], [61_000, "1:01"], [3_723_000, "1:02:03"], [-5, "0:00"]])("duration %i", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
  it.each([[0, "0 B"], [1023, "1023 B"], [1536, "1.5 KiB"], [450 * 2 ** 20, "450 MiB"], [3 * 2 ** 41, "6.0 TiB"]])("bytes %i", (value, text) => {
    expect(bytes(value)).toBe(text);
  });
  it.each([[140, "0.1 s"], [-30, "0.0 s"], [9940, "9.9 s"], [9960, "10 s"]])("delay %i", (ms, text) => {
    expect(delay(ms)).toBe(text);
  });
  it("says ages in one unit, in both languages", () => {
    expect(age(130_000, "ko")).toBe("2분 전");
    expect(age(130_000, "en")).toMatch(/^2\s?min\.? ago$/);
    expect(age(3 * 86_400_000, "ko")).toBe("3일 전");
  });
  it.each([
    [0, "0초", "0 s"],
    [8_400, "8초", "8 s"],
    [80_000, "1분 20초", "1 min 20 s"],
    [7_500_000, "2시간 5분", "2 h 5 min"],
    [3_600_000, "1시간", "1 h"],
    [86_400_000 + 59_000, "1일", "1 d"],
  ])("spells %i", (ms, ko, en) => expect([spell(ms, "ko"), spell(ms, "en")]).toEqual([ko, en]));
  it("leaves out the day where it is the same", () => {
    const at = new Date(2026, 10, 20, 4, 5, 6).getTime();
    expect([moment(at, at + 60_000), moment(at, at + 86_400_000)]).toEqual(["04:05", "2026-11-20 04:05"]);
  });
  it("rounds shares", () => expect(percent(0.866)).toBe("87%"));
});
