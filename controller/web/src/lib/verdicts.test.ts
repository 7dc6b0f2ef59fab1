import { describe, expect, it } from "vitest";
import type { Verdict } from "../api/types";
import { byModel } from "./verdicts";

const track = (id: number, first_ms: number, last_ms: number, change: object = {}) => ({ id, class_name: "person", confidence: 0.8, first_ms, last_ms, attributes: {}, ...change });
const verdict = (change: object): Verdict =>
  ({ model: "yard", model_sha256: "a", provider: "CPU", sampled: 10, unreadable: "", start_ms: 0, end_ms: 1000, tracks: [], ...change }) as unknown as Verdict;

describe("byModel", () => {
  it("joins what one model saw in one interval after another", () => {
    const [one, ...more] = byModel([
      verdict({ tracks: [track(7, 0, 1000, { attributes: { helmet: "unknown" } })] }),
      verdict({ start_ms: 1000, end_ms: 3000, unreadable: "torn", tracks: [track(7, 1200, 2500, { confidence: 0.9, attributes: { helmet: "missing" } }), track(8, 1100, 1200)] }),
    ]);
    expect(more).toEqual([]);
    expect(one).toMatchObject({ sampled: 20, start_ms: 0, end_ms: 3000, unreadable: ["torn"] });
    expect(one?.tracks.map((seen) => [seen.id, seen.first_ms, seen.last_ms, seen.confidence, seen.attributes["helmet"]])).toEqual([
      [7, 0, 2500, 0.9, "missing"],
      [8, 1100, 1200, 0.8, undefined],
    ]);
  });
  it("takes a number that comes again much later, or of another class, for another thing", () => {
    const [one] = byModel([verdict({ tracks: [track(1, 0, 100), track(1, 9000, 9100), track(1, 50, 90, { class_name: "car" })] })]);
    expect(one?.tracks).toHaveLength(3);
  });
  it("keeps models apart", () => {
    expect(byModel([verdict({}), verdict({ model_sha256: "b" })]).map((one) => one.sha256)).toEqual(["a", "b"]);
  });
});
