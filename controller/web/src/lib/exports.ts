/** What an export's form means, and how far an export is. */
import type { Export, ExportSpan } from "../api/types";

const OPEN: readonly Export["state"][] = ["waiting", "retrieving", "running", "sending"];

export const isOpen = (one: Export): boolean => OPEN.includes(one.state);

/** How much is written, then how much is sent, 0..1; null while nobody knows how much there is. */
export function share(one: Export): number | null {
  if (one.bytes_to_send > 0) return Math.min(1, one.bytes_sent / one.bytes_to_send);
  return one.bytes_total > 0 ? Math.min(1, one.bytes_done / one.bytes_total) : null;
}

/** The value of a local date and time field. */
export function fieldTime(at_ms: number): string {
  const at = new Date(at_ms);
  return new Date(at_ms - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** The spans that a form asks for; null where its times are no span of the past. */
export function spansOf(cameras: readonly string[], from: string, to: string, now_ms: number): ExportSpan[] | null {
  const start_ms = new Date(from).getTime();
  const end_ms = new Date(to).getTime();
  if (!(start_ms < end_ms && end_ms <= now_ms)) return null;
  return cameras.map((camera) => ({ camera, start_ms, end_ms }));
}
