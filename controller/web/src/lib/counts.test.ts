import { expect, test } from "vitest";
import { countsOf, putCount } from "./counts";

const one = (zone: string, counts: Record<string, number>, judged_ms = 1000) => ({ camera: "gate.yard", zone, judged_ms, counts });

test("the newest count of each zone is shown while it is fresh", () => {
  let book = putCount(new Map(), one("b", { person: 1 }));
  book = putCount(book, one("b", { person: 2, truck: 1 }));
  book = putCount(book, one("a", {}));
  expect(countsOf(book, "gate.yard", 2000)).toEqual([{ zone: "b", counts: [["person", 2], ["truck", 1]] }]);
  expect(countsOf(book, "gate.door", 2000)).toEqual([]);
  expect(countsOf(book, "gate.yard", 30_000)).toEqual([]);
});
