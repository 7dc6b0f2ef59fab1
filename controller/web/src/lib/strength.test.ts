import { expect, it } from "vitest";
import { strengthOf } from "./strength";

it.each([
  ["", "short", 15],
  ["fourteen chars", "short", 1],
  ["aaaaaaaaaaaaaaaaaa", "weak", 0],
  ["fifteen letters", "fair", 0],
  ["correct horse battery staple", "good", 0],
  ["노란 지게차가 비를 맞는 오후 세 시", "good", 0],
  ["노란 지게차가 비를 맞는 오후".normalize("NFD"), "fair", 0],
] as const)("%s", (password, strength, missing) => expect(strengthOf(password, 15)).toEqual({ strength, missing }));
