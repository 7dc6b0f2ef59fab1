/** Bounds how far this computer's clock is from the server's, from the dates of its answers. */

export interface ClockBounds {
  low_ms: number;
  high_ms: number;
}

export const UNBOUNDED: ClockBounds = { low_ms: -Infinity, high_ms: Infinity };
// An HTTP date has whole seconds and a server may renew it only once a second.
const DATE_STALE_MS = 2000;

/** Narrow the bounds of (server - local) by one answer: its Date, and local times around the request. */
export function narrow(bounds: ClockBounds, date_ms: number, sent_ms: number, received_ms: number): ClockBounds {
  const low = date_ms - received_ms;
  const high = date_ms + DATE_STALE_MS - sent_ms;
  const next = { low_ms: Math.max(bounds.low_ms, low), high_ms: Math.min(bounds.high_ms, high) };
  // Contradiction: one of the clocks was set. Start again from what was just seen.
  return next.low_ms > next.high_ms ? { low_ms: low, high_ms: high } : next;
}

/** The offset to add to local time: none while the evidence allows that the clocks agree. */
export function offset_ms(bounds: ClockBounds): number {
  if (bounds.low_ms > 0) return bounds.low_ms;
  return bounds.high_ms < 0 ? bounds.high_ms : 0;
}
