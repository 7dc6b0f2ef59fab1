/** How reports write figures: minutes, seconds, shares, and how they compare with the period before. */
import { spell } from "../../lib/format";
import { language, words } from "../../lib/preferences";
import { change, tenths } from "../../lib/report";

export const minutes = (ms: number): string => words.value.reports.minutes((ms / 60_000).toFixed(ms < 600_000 ? 1 : 0));
export const short = (seconds: number | null): string => (seconds === null ? "—" : seconds < 10 ? words.value.reports.seconds(seconds.toFixed(1)) : spell(seconds * 1000, language.value));
export const shareOf = (rate: number | null): string => (rate === null ? "—" : tenths(rate));

/** What a figure was in the period before, and by how much it changed; shares change by points. */
export function was(now: number | null, before: number | null, write: (value: number) => string, share = false): string {
  const r = words.value.reports;
  if (before === null) return r.noBefore;
  if (now === null) return r.before(write(before), "");
  if (now === before) return r.before(write(before), r.same);
  const by = share ? now - before : change(now, before);
  if (by === null) return r.before(write(before), "");
  const size = share ? r.points((Math.abs(by) * 100).toFixed(1)) : `${Math.round(Math.abs(by) * 100)}%`;
  return r.before(write(before), by > 0 ? r.more(size) : r.less(size));
}
