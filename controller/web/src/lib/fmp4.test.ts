import { describe, expect, it } from "vitest";
import { fragment, initSegment, LiveMuxer } from "./fmp4";

const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const SPS = hex("6742c016da0280bfe5840000030004000003007a3c58ba80");
const PPS = hex("68ce0fc8");
const KEY = hex("00000001" + "6742c016da0280bfe5840000030004000003007a3c58ba80" + "00000001" + "68ce0fc8" + "000001" + "65888400");
const DELTA = hex("00000001" + "419a0203");
const CONTAINERS = new Set(["moov", "trak", "mdia", "minf", "stbl", "dinf", "mvex", "moof", "traf"]);

interface Box {
  kind: string;
  body: Uint8Array;
}

/** Every box, depth first; throws when sizes do not add up. */
function boxes(bytes: Uint8Array): Box[] {
  const found: Box[] = [];
  let at = 0;
  while (at < bytes.length) {
    const size = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0);
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (size < 8 || at + size > bytes.length) throw new Error(`box ${kind} of ${size} bytes does not fit`);
    const body = bytes.subarray(at + 8, at + size);
    found.push({ kind, body }, ...(CONTAINERS.has(kind) ? boxes(body) : []));
    at += size;
  }
  return found;
}
function number(bytes: Uint8Array, kind: string, at: number): number {
  const box = boxes(bytes).find((one) => one.kind === kind);
  if (!box) throw new Error(`no ${kind}`);
  return new DataView(box.body.buffer, box.body.byteOffset).getInt32(at);
}
const decodeTime = (media: Uint8Array): number => number(media, "tfdt", 8);
const shift = (media: Uint8Array): number => number(media, "trun", 24);

describe("initSegment", () => {
  it("is a tree of boxes that fit, with the picture's size and its parameter sets", () => {
    const { bytes, codec } = initSegment(SPS, PPS);
    expect(codec).toBe("avc1.42c016");
    const kinds = boxes(bytes).map((box) => box.kind);
    expect(kinds.slice(0, 2)).toEqual(["ftyp", "moov"]);
    expect(kinds).toEqual(expect.arrayContaining(["mvhd", "tkhd", "mdhd", "hdlr", "stsd", "trex"]));
    expect(number(bytes, "tkhd", 76)).toBe(640 * 65536);
    expect(number(bytes, "tkhd", 80)).toBe(360 * 65536);
    const text = [...bytes].join();
    expect(text).toContain([...SPS].join());
    expect(text).toContain([...PPS].join());
  });
});

describe("fragment", () => {
  it("points at the sample, which has length prefixes in place of start codes", () => {
    const nal = hex("65888400");
    const made = fragment(3, 1000, 1066, 66, true, [nal]);
    expect(boxes(made).map((box) => box.kind)).toEqual(["moof", "mfhd", "traf", "tfhd", "tfdt", "trun", "mdat"]);
    const offset = number(made, "trun", 8);
    expect([...made.subarray(offset)]).toEqual([0, 0, 0, 4, ...nal]);
    expect(decodeTime(made)).toBe(1000);
    expect(shift(made)).toBe(66);
  });
  it("holds times beyond 32 bits", () => {
    const time = 2 ** 33 + 5;
    const body = boxes(fragment(1, time, time, 66, true, [])).find((box) => box.kind === "tfdt")?.body;
    expect(new DataView(body?.buffer ?? new ArrayBuffer(0), body?.byteOffset).getBigUint64(4)).toBe(BigInt(time));
  });
});

describe("LiveMuxer", () => {
  it("waits for a keyframe with parameter sets, and gives the init segment once", () => {
    const muxer = new LiveMuxer(15);
    expect(muxer.push(DELTA, 5000, false)).toBeNull();
    expect(muxer.push(KEY, 5066, true)?.init).not.toBeNull();
    expect(muxer.origin_ms).toBe(5066);
    expect(muxer.push(DELTA, 5133, false)?.init).toBeNull();
    expect(muxer.push(KEY, 5200, true)?.init).toBeNull();
  });
  it("keeps capture times exactly: decode time plus shift is the time since the first picture", () => {
    const muxer = new LiveMuxer(10);
    [0, 100, 210, 290, 1400, 1500].forEach((at) => {
      const media = muxer.push(at === 0 || at === 1400 ? KEY : DELTA, 9000 + at, at === 0 || at === 1400)?.media;
      expect(media && decodeTime(media) + shift(media)).toBe(at);
    });
  });
  it("lets decode times rise, by less than two steps between keyframes, also where pictures are reordered", () => {
    const muxer = new LiveMuxer(10);
    const order = [0, 300, 100, 200, 600, 400, 500, 900, 700, 800];
    const times = order.map((at, index) => decodeTime(muxer.push(index === 0 ? KEY : DELTA, at, index === 0)?.media ?? new Uint8Array()));
    times.slice(1).forEach((time, index) => {
      expect(time).toBeGreaterThan(times[index] ?? 0);
      expect(time - (times[index] ?? 0)).toBeLessThan(400);
    });
  });
});
