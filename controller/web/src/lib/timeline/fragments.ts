/** Reads of fragmented MP4 what Media Source Extensions need to place it: when its first picture is on its own clock. */

interface Box {
  kind: string;
  from: number;
  to: number;
}

/** The boxes that stand one after another in a range; a broken one ends them. */
function* boxes(view: DataView, from: number, to: number): Generator<Box> {
  let at = from;
  while (at + 8 <= to) {
    let size = view.getUint32(at);
    let head = 8;
    if (size === 1 && at + 16 <= to) {
      size = Number(view.getBigUint64(at + 8));
      head = 16;
    } else if (size === 0) size = to - at;
    if (size < head || at + size > to) return;
    const kind = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5), view.getUint8(at + 6), view.getUint8(at + 7));
    yield { kind, from: at + head, to: at + size };
    at += size;
  }
}

function find(view: DataView, path: readonly string[], from: number, to: number): Box | null {
  const [kind, ...rest] = path;
  for (const one of boxes(view, from, to)) {
    if (one.kind !== kind) continue;
    return rest.length === 0 ? one : find(view, rest, one.from, one.to);
  }
  return null;
}

/** Seconds on the file's own clock at which its first fragment is decoded; null when it is not such a file. */
export function firstDecode_s(bytes: ArrayBuffer): number | null {
  const view = new DataView(bytes);
  const header = find(view, ["moov", "trak", "mdia", "mdhd"], 0, bytes.byteLength);
  const time = find(view, ["moof", "traf", "tfdt"], 0, bytes.byteLength);
  if (!header || !time) return null;
  const long = header.from < header.to && view.getUint8(header.from) === 1;
  if (header.from + (long ? 24 : 16) > header.to) return null;
  const scale = view.getUint32(header.from + (long ? 20 : 12));
  const wide = view.getUint8(time.from) === 1;
  if (scale === 0 || time.from + (wide ? 12 : 8) > time.to) return null;
  return (wide ? Number(view.getBigUint64(time.from + 4)) : view.getUint32(time.from + 4)) / scale;
}
