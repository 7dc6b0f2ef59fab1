/** The live counts of zones, as the feed tells them; what is not told again is not shown for long. */
import type { ZoneCount } from "../api/types";

/** Told every 10 s while the camera is judged. */
const FRESH_MS = 25_000;

export type CountBook = ReadonlyMap<string, ZoneCount>;

/** The book with one more count. */
export function putCount(book: CountBook, next: ZoneCount): CountBook {
  return new Map(book).set(`${next.camera}/${next.zone}`, next);
}

/** The zones of a camera in which something is now, by name. */
export function countsOf(book: CountBook, camera: string, now_ms: number): { zone: string; counts: [string, number][] }[] {
  return [...book.values()]
    .filter((one) => one.camera === camera && now_ms - one.judged_ms < FRESH_MS)
    .map((one) => ({ zone: one.zone, counts: Object.entries(one.counts).filter(([, count]) => count > 0) }))
    .filter((one) => one.counts.length > 0)
    .sort((a, b) => a.zone.localeCompare(b.zone));
}
