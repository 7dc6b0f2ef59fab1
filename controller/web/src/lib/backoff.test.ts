import { expect, it } from "vitest";
import { wait_ms } from "./backoff";

it("doubles, stays bounded, and spreads tries that began together", () => {
  expect(wait_ms(0, 1)).toBe(500);
  expect(wait_ms(1, 1)).toBe(1000);
  expect(wait_ms(50, 1)).toBe(10_000);
  expect(wait_ms(3, 0)).toBe(wait_ms(3, 1) / 2);
});
