/** What an export's form means, and how far an export is. */
import type { Export, ExportSpan } from "../api/types";
import { momentOf } from "./zone";

/** As what an export can be had. */
export const FORMS: readonly Export["form"][] = ["films", "bundle", "derived"];
export const formOf = (name: string): Export["form"] => FORMS.find((one) => one === name) ?? "films";

const OPEN: readonly Export["state"][] = ["waiting", "retrieving", "running", "sending"];

export const isOpen = (one: Export): boolean => OPEN.includes(one.state);

/** How much is written, then how much is sent, 0..1; null while nobody knows how much there is. */
export function share(one: Export): number | null {
  if (one.bytes_to_send > 0) return Math.min(1, one.bytes_sent / one.bytes_to_send);
  return one.bytes_total > 0 ? Math.min(1, one.bytes_done / one.bytes_total) : null;
}

/** The spans that a form asks for; null where its times are no span of the past. */
export function spansOf(cameras: readonly string[], from: string, to: string, now_ms: number): ExportSpan[] | null {
  const start_ms = momentOf(from);
  const end_ms = momentOf(to);
  if (!(start_ms < end_ms && end_ms <= now_ms)) return null;
  return cameras.map((camera) => ({ camera, start_ms, end_ms }));
}
