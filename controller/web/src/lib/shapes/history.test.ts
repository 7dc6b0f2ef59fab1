import { expect, it } from "vitest";
import { begun, done, redone, undone } from "./history";

it("leads back through every step and forward again, to the same values", () => {
  let history = begun(0);
  for (let step = 1; step <= 50; step++) history = done(history, step);
  for (let step = 49; step >= 0; step--) expect((history = undone(history)).now).toBe(step);
  expect(undone(history)).toBe(history);
  for (let step = 1; step <= 50; step++) expect((history = redone(history)).now).toBe(step);
  expect(redone(history)).toBe(history);
});
it("forgets what was undone when something else is done", () => {
  const history = done(undone(done(begun("a"), "b")), "c");
  expect(redone(history).now).toBe("c");
  expect(undone(history).now).toBe("a");
});
it("takes steps with one mark for one step, until something else comes between", () => {
  const held = done(done(done(begun(0), 1, "corner 1"), 2, "corner 1"), 3, "corner 1");
  expect(undone(held).now).toBe(0);
  expect(undone(done(held, 4, "corner 2")).now).toBe(3);
  expect(undone(done(undone(done(begun(0), 1, "x")), 2, "x")).now).toBe(0);
});
