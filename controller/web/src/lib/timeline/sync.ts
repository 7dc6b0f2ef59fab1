/** Keeps several players at one moment: how each has to be corrected, and which bytes it needs next. */

export interface Span {
  start_ms: number;
  end_ms: number;
}
export type Correction = { seek: true } | { seek: false; rate: number };

const NUDGE_FROM_S = 0.04;
const NUDGE = 0.08;
export const RATES = [0.25, 0.5, 1, 2, 4, 8, 16] as const;
export type Rate = (typeof RATES)[number];

/** A player that is `behind_s` (negative: ahead): seek when far off, else a little faster or slower. */
export function correction(behind_s: number, rate: number): Correction {
  if (Math.abs(behind_s) > Math.max(0.35, 0.5 * rate)) return { seek: true };
  if (Math.abs(behind_s) < NUDGE_FROM_S * Math.max(1, rate)) return { seek: false, rate };
  return { seek: false, rate: Math.min(16, Math.max(0.0625, rate * (1 + Math.sign(behind_s) * NUDGE))) };
}

/** The same time as sorted spans that do not touch. */
export function merged(spans: readonly Span[]): Span[] {
  const found: Span[] = [];
  for (const one of [...spans].filter((span) => span.end_ms > span.start_ms).sort((a, b) => a.start_ms - b.start_ms)) {
    const last = found.at(-1);
    if (last && one.start_ms <= last.end_ms) last.end_ms = Math.max(last.end_ms, one.end_ms);
    else found.push({ ...one });
  }
  return found;
}

export const covers = (spans: readonly Span[], at_ms: number): boolean => spans.some((one) => one.start_ms <= at_ms && at_ms < one.end_ms);

/** What is not loaded first from a moment on; null when all of `ahead_ms` is. */
export function wanted(known: readonly Span[], at_ms: number, ahead_ms: number): number | null {
  let from = at_ms;
  for (const one of merged(known)) if (one.start_ms <= from && from < one.end_ms) from = one.end_ms;
  return from < at_ms + ahead_ms ? from : null;
}

/** What of the spans lies within a range. */
export function kept(spans: readonly Span[], from_ms: number, to_ms: number): Span[] {
  return spans.map((one) => ({ start_ms: Math.max(one.start_ms, from_ms), end_ms: Math.min(one.end_ms, to_ms) })).filter((one) => one.end_ms > one.start_ms);
}

/** The rate one step faster or slower. */
export const stepped = (rate: Rate, way: 1 | -1): Rate => RATES[Math.min(RATES.length - 1, Math.max(0, RATES.indexOf(rate) + way))] ?? 1;
