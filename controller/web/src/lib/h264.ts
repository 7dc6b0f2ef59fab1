/** Reads what a player must know from H.264 Annex-B: NAL units, parameter sets, picture size. */

export const NAL_IDR = 5;
export const NAL_SPS = 7;
export const NAL_PPS = 8;
const NAL_DELIMITER = 9;

export interface Sps {
  codec: string;
  width_px: number;
  height_px: number;
}

export const nalType = (nal: Uint8Array): number => (nal[0] ?? 0) & 0x1f;

/** The NAL units of one access unit, without start codes, trailing zeros and delimiters. */
export function splitNals(unit: Uint8Array): Uint8Array[] {
  const starts: { from: number; code: number }[] = [];
  for (let i = 0; i + 2 < unit.length; i++) {
    if (unit[i] === 0 && unit[i + 1] === 0 && unit[i + 2] === 1) {
      starts.push({ from: i + 3, code: i });
      i += 2;
    }
  }
  const nals: Uint8Array[] = [];
  starts.forEach(({ from }, index) => {
    let to = starts[index + 1]?.code ?? unit.length;
    while (to > from && unit[to - 1] === 0) to--;
    const nal = unit.subarray(from, to);
    if (nal.length > 0 && nalType(nal) !== NAL_DELIMITER) nals.push(nal);
  });
  return nals;
}

class Bits {
  private at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  bit(): number {
    const byte = this.bytes[this.at >> 3];
    if (byte === undefined) throw new RangeError("parameter set ends early");
    return (byte >> (7 - (this.at++ & 7))) & 1;
  }
  take(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 2 + this.bit();
    return value;
  }
  unsigned(): number {
    let zeros = 0;
    while (this.bit() === 0) if (++zeros > 31) throw new RangeError("not an Exp-Golomb number");
    return 2 ** zeros - 1 + this.take(zeros);
  }
  signed(): number {
    const value = this.unsigned();
    return value % 2 === 1 ? (value + 1) / 2 : -value / 2;
  }
}

function withoutEmulation(nal: Uint8Array): Uint8Array {
  const out: number[] = [];
  let zeros = 0;
  for (const byte of nal) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out.push(byte);
  }
  return Uint8Array.from(out);
}

function skipScalingLists(bits: Bits, count: number): void {
  for (let list = 0; list < count; list++) {
    if (bits.bit() === 0) continue;
    let last = 8;
    let next = 8;
    for (let i = 0; i < (list < 6 ? 16 : 64); i++) {
      if (next !== 0) next = (last + bits.signed() + 256) % 256;
      last = next === 0 ? last : next;
    }
  }
}

const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** Profile, level and cropped size of a sequence parameter set. Throws RangeError when it is cut short. */
export function parseSps(sps: Uint8Array): Sps {
  const hex = [sps[1], sps[2], sps[3]].map((byte) => (byte ?? 0).toString(16).padStart(2, "0")).join("");
  const bits = new Bits(withoutEmulation(sps.subarray(1)));
  const profile = bits.take(8);
  bits.take(16);
  bits.unsigned();
  let chroma = 1;
  if (HIGH_PROFILES.has(profile)) {
    chroma = bits.unsigned();
    if (chroma === 3) bits.bit();
    bits.unsigned();
    bits.unsigned();
    bits.bit();
    if (bits.bit() === 1) skipScalingLists(bits, chroma === 3 ? 12 : 8);
  }
  bits.unsigned();
  const orderKind = bits.unsigned();
  if (orderKind === 0) bits.unsigned();
  else if (orderKind === 1) {
    bits.bit();
    bits.signed();
    bits.signed();
    for (let left = bits.unsigned(); left > 0; left--) bits.signed();
  }
  bits.unsigned();
  bits.bit();
  const width = (bits.unsigned() + 1) * 16;
  const mapHeight = (bits.unsigned() + 1) * 16;
  const framesOnly = bits.bit();
  if (framesOnly === 0) bits.bit();
  bits.bit();
  const crop = bits.bit() === 1 ? [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()] : [0, 0, 0, 0];
  const [left = 0, right = 0, top = 0, bottom = 0] = crop;
  const unitX = chroma === 1 || chroma === 2 ? 2 : 1;
  const unitY = (chroma === 1 ? 2 : 1) * (2 - framesOnly);
  return {
    codec: `avc1.${hex}`,
    width_px: width - unitX * (left + right),
    height_px: mapHeight * (2 - framesOnly) - unitY * (top + bottom),
  };
}
