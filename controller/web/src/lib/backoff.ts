/** How long to wait before the next try: doubling, bounded, with jitter. */
const FIRST_MS = 500;
const LONGEST_MS = 10_000;

/** `tries` counts from 0, `random` lies in 0..1. */
export function wait_ms(tries: number, random: number): number {
  return Math.round(Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(tries, 10)) * (0.5 + 0.5 * random));
}
