import { describe, expect, it } from "vitest";
import { LATEST_MS, SoundStep } from "./soundStep";

const PIECE_MS = 20;

/** Pieces of 20 ms, each `late` ms after its time; by how much each is played after its picture, null: not at all. */
function play(step: SoundStep, count: number, late: (index: number) => number, behind: (index: number) => number = () => 0): (number | null)[] {
  return Array.from({ length: count }, (_, index) => {
    const pts = index * PIECE_MS;
    const at = step.place(pts, PIECE_MS, pts + late(index), behind(index));
    return at === null ? null : at - pts - behind(index);
  });
}

describe("sound in step", () => {
  it("follows on without a gap while it comes evenly", () => {
    const found = play(new SoundStep(), 500, (index) => 30 + (index % 3) * 5);
    expect(new Set(found)).toEqual(new Set([60]));
  });
  it("is never later than its picture by more than 150 ms, whatever comes", () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
    const step = new SoundStep();
    const found = play(step, 3000, (index) => (index % 400 > 300 ? 800 : 0) + random() * 120);
    for (const off of found) if (off !== null) expect(off).toBeLessThanOrEqual(LATEST_MS);
    expect(step.skipped).toBeGreaterThan(500);
    expect(found.filter((off) => off !== null).length).toBeGreaterThan(1500);
  });
  it("skips what is late and goes on with what is not", () => {
    const step = new SoundStep();
    const found = play(step, 200, (index) => (index < 50 ? 400 : 20));
    expect(found.slice(0, 50).every((off) => off === null)).toBe(true);
    expect(found.slice(50).every((off) => off !== null && off >= 0 && off <= LATEST_MS)).toBe(true);
    expect(step.skipped).toBe(50);
  });
  it("does not drift away from a picture whose clock runs differently", () => {
    const drift = (index: number): number => -index * 0.2;
    const found = play(new SoundStep(), 2000, (index) => 30 + drift(index), drift);
    for (const off of found) {
      expect(off).not.toBeNull();
      expect(off ?? 0).toBeGreaterThan(-50);
      expect(off ?? 0).toBeLessThanOrEqual(LATEST_MS);
    }
  });
  it("is silent where the clocks of both do not belong together", () => {
    expect(new SoundStep().place(60_000, PIECE_MS, 0, 0)).toBeNull();
  });
});
