import { describe, expect, it } from "vitest";
import { nalType, parseSps, splitNals } from "./h264";

const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

describe("parseSps", () => {
  // As x264 wrote them; heights that are no multiple of 16 are cropped.
  it.each([
    ["6742c016da0280bfe5840000030004000003007a3c58ba80", "avc1.42c016", 640, 360],
    ["6742c028da01e0089f9610000003001000000301e8f1832a", "avc1.42c028", 1920, 1080],
    ["6742c020da01581879aa10000003001000000301e8f1832a", "avc1.42c020", 1366, 766],
  ])("reads %s", (text, codec, width_px, height_px) => {
    expect(parseSps(hex(text))).toEqual({ codec, width_px, height_px });
  });
  it("refuses one that is cut short", () => {
    expect(() => parseSps(hex("6742c016"))).toThrow(RangeError);
  });
});

describe("splitNals", () => {
  it("finds units behind 3- and 4-byte start codes and drops delimiters and trailing zeros", () => {
    const nals = splitNals(hex("0000000109f0" + "00000001670102" + "000001680300" + "0000016588840000"));
    expect(nals.map(nalType)).toEqual([7, 8, 5]);
    expect(nals.map((nal) => [...nal])).toEqual([[0x67, 1, 2], [0x68, 3], [0x65, 0x88, 0x84]]);
  });
  it("finds none in bytes without a start code", () => {
    expect(splitNals(hex("0102030405"))).toEqual([]);
  });
});
