/** Writes fragmented MP4 for Media Source Extensions: one init segment, then one fragment per access unit. */
import { NAL_PPS, NAL_SPS, nalType, parseSps, splitNals } from "./h264";

export const TIMESCALE = 1000;
const SYNC_SAMPLE = 0x02000000;
const OTHER_SAMPLE = 0x01010000;

const u8 = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
const u16 = (value: number): Uint8Array => u8((value >> 8) & 255, value & 255);
const u32 = (value: number): Uint8Array => u8((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
const u64 = (value: number): Uint8Array => join(u32(Math.floor(value / 2 ** 32)), u32(value % 2 ** 32));
const zeros = (count: number): Uint8Array => new Uint8Array(count);
const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const box = (kind: string, ...body: Uint8Array[]): Uint8Array<ArrayBuffer> =>
  join(u32(8 + body.reduce((total, part) => total + part.length, 0)), ascii(kind), ...body);
const fullBox = (kind: string, version: number, flags: number, ...body: Uint8Array[]): Uint8Array<ArrayBuffer> =>
  box(kind, u32(version * 2 ** 24 + flags), ...body);

const MATRIX = join(u32(0x10000), zeros(12), u32(0x10000), zeros(12), u32(0x40000000));

/** `ftyp` and `moov` for one H.264 track whose parameter sets are given without start codes. */
export function initSegment(sps: Uint8Array, pps: Uint8Array): { bytes: Uint8Array<ArrayBuffer>; codec: string } {
  const { codec, width_px, height_px } = parseSps(sps);
  const configuration = box(
    "avcC",
    u8(1, sps[1] ?? 0, sps[2] ?? 0, sps[3] ?? 0, 0xff, 0xe1),
    u16(sps.length),
    sps,
    u8(1),
    u16(pps.length),
    pps,
  );
  const entry = box(
    "avc1",
    join(zeros(6), u16(1), zeros(16), u16(width_px), u16(height_px)),
    join(u32(0x480000), u32(0x480000), zeros(4), u16(1), zeros(32), u16(0x18), u16(0xffff)),
    configuration,
  );
  const table = box(
    "stbl",
    fullBox("stsd", 0, 0, u32(1), entry),
    fullBox("stts", 0, 0, u32(0)),
    fullBox("stsc", 0, 0, u32(0)),
    fullBox("stsz", 0, 0, u32(0), u32(0)),
    fullBox("stco", 0, 0, u32(0)),
  );
  const media = box(
    "mdia",
    fullBox("mdhd", 0, 0, zeros(8), u32(TIMESCALE), u32(0), u16(0x55c4), u16(0)),
    fullBox("hdlr", 0, 0, u32(0), ascii("vide"), zeros(12), u8(0)),
    box(
      "minf",
      fullBox("vmhd", 0, 1, zeros(8)),
      box("dinf", fullBox("dref", 0, 0, u32(1), fullBox("url ", 0, 1))),
      table,
    ),
  );
  const header = fullBox(
    "tkhd",
    0,
    3,
    join(zeros(8), u32(1), zeros(4), u32(0), zeros(8), zeros(8), MATRIX),
    join(u32(width_px * 65536), u32(height_px * 65536)),
  );
  const movie = box(
    "moov",
    fullBox("mvhd", 0, 0, zeros(8), u32(TIMESCALE), u32(0), u32(0x10000), u16(0x100), zeros(10), MATRIX, zeros(24), u32(2)),
    box("trak", header, media),
    box("mvex", fullBox("trex", 0, 0, u32(1), u32(1), u32(0), u32(0), u32(0))),
  );
  return { bytes: join(box("ftyp", ascii("isom"), u32(0x200), ascii("isomiso6avc1mp41")), movie), codec };
}

/** `moof` and `mdat` holding one sample; times in ms on the track's own clock, `pts_ms` may lie before `dts_ms`. */
export function fragment(
  sequence: number,
  dts_ms: number,
  pts_ms: number,
  duration_ms: number,
  key: boolean,
  nals: Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const sample = join(...nals.flatMap((nal) => [u32(nal.length), nal]));
  const moof = (offset: number): Uint8Array<ArrayBuffer> =>
    box(
      "moof",
      fullBox("mfhd", 0, 0, u32(sequence)),
      box(
        "traf",
        fullBox("tfhd", 0, 0x020000, u32(1)),
        fullBox("tfdt", 1, 0, u64(dts_ms)),
        fullBox(
          "trun",
          1,
          0x000f01,
          join(u32(1), u32(offset), u32(duration_ms), u32(sample.length)),
          join(u32(key ? SYNC_SAMPLE : OTHER_SAMPLE), u32(pts_ms - dts_ms)),
        ),
      ),
    );
  return join(moof(moof(0).length + 8), box("mdat", sample));
}

export interface MuxedUnit {
  init: { bytes: Uint8Array<ArrayBuffer>; codec: string } | null;
  media: Uint8Array<ArrayBuffer>;
}

/** Turns access units in arrival order into init segments and fragments. */
export class LiveMuxer {
  private parameters = "";
  private sequence = 0;
  private base_ms: number | null = null;
  private last_dts_ms = -1;
  private last_pts_ms = 0;
  private step_ms: number;

  constructor(fps: number) {
    this.step_ms = fps > 0 ? Math.max(1, Math.round(1000 / fps)) : 66;
  }

  /** Unix ms that the track's time 0 stands for; null before the first picture. */
  get origin_ms(): number | null {
    return this.base_ms;
  }

  /** The segments to append for this unit; nothing until the first keyframe with parameter sets. */
  push(unit: Uint8Array, pts_ms: number, key: boolean): MuxedUnit | null {
    const nals = splitNals(unit);
    const sps = nals.find((nal) => nalType(nal) === NAL_SPS);
    const pps = nals.find((nal) => nalType(nal) === NAL_PPS);
    let init = null;
    if (sps && pps) {
      const parameters = `${sps.join()};${pps.join()}`;
      if (parameters !== this.parameters) {
        this.parameters = parameters;
        init = initSegment(sps, pps);
      }
    }
    if (this.parameters === "" || (this.base_ms === null && !key)) return null;
    this.base_ms ??= pts_ms;
    const pts = pts_ms - this.base_ms;
    // Only capture times travel. Decode times rise by less than two steps (more makes a browser wait for a
    // keyframe), and stay before the capture time unless pictures are reordered.
    const delta = pts - this.last_pts_ms;
    if (delta > 0 && delta < 500) this.step_ms = Math.max(1, Math.round(0.9 * this.step_ms + 0.1 * delta));
    const ceiling = key ? pts : Math.min(pts, this.last_dts_ms + Math.floor(1.5 * this.step_ms));
    const dts = Math.max(this.last_dts_ms + 1, ceiling);
    this.last_pts_ms = pts;
    this.last_dts_ms = dts;
    const body = nals.filter((nal) => nalType(nal) !== NAL_SPS && nalType(nal) !== NAL_PPS);
    return { init, media: fragment(++this.sequence, dts, pts, this.step_ms, key, body) };
  }
}
