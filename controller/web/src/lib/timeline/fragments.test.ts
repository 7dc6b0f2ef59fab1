import { describe, expect, it } from "vitest";
import { fragment, initSegment } from "../fmp4";
import { firstDecode_s } from "./fragments";

const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const SPS = hex("6742c016da0280bfe5840000030004000003007a3c58ba80");
const PPS = hex("68ce0fc8");

function film(at_ms: number): ArrayBuffer {
  const init = initSegment(SPS, PPS).bytes;
  const media = fragment(1, at_ms, at_ms, 66, true, [Uint8Array.of(1, 2, 3)]);
  const bytes = new Uint8Array(init.length + media.length);
  bytes.set(init);
  bytes.set(media, init.length);
  return bytes.buffer;
}

describe("the first fragment", () => {
  it.each([0, 1500, 3_600_000, 2 ** 33])("at %d ms is found by its decode time", (at_ms) => {
    expect(firstDecode_s(film(at_ms))).toBe(at_ms / 1000);
  });
  it("is not found in anything else, and nothing throws", () => {
    const whole = new Uint8Array(film(1500));
    expect(firstDecode_s(new ArrayBuffer(0))).toBeNull();
    for (let length = 0; length < whole.length; length += 7) {
      const cut = firstDecode_s(whole.slice(0, length).buffer);
      expect(cut === null || cut === 1.5).toBe(true);
    }
    for (let at = 0; at < whole.length; at++) {
      const broken = whole.slice();
      broken[at] = 255 - (broken[at] ?? 0);
      expect(() => firstDecode_s(broken.buffer)).not.toThrow();
    }
  });
});
