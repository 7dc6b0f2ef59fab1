/** Watches how late pictures arrive, and says when a stream has fallen behind for good. Pure. */

/** Later than the stream has been lately by this much, for so long: what is on its way is not worth waiting for. */
export const BEHIND_MS = 2_500;
export const FOR_MS = 3_000;
/** A stream that falls behind again soon has a thin line: starting anew each time would only make it worse. */
const PAUSES_MS = [10_000, 20_000, 40_000, 80_000] as const;
const WINDOW_MS = 60_000;

export class Lag {
  private least = Infinity;
  private leastAt = 0;
  private behindSince: number | null = null;
  private restarts = 0;
  private notBefore = 0;

  /** One picture of time `pts_ms` came at `now_ms`; true: start the stream anew. */
  came(pts_ms: number, now_ms: number): boolean {
    const lag = now_ms - pts_ms;
    if (lag <= this.least || now_ms - this.leastAt > WINDOW_MS) {
      this.least = lag;
      this.leastAt = now_ms;
    }
    if (lag - this.least <= BEHIND_MS) {
      this.behindSince = null;
      return false;
    }
    this.behindSince ??= now_ms;
    if (now_ms - this.behindSince < FOR_MS || now_ms < this.notBefore) return false;
    this.behindSince = null;
    this.notBefore = now_ms + (PAUSES_MS[Math.min(this.restarts, PAUSES_MS.length - 1)] ?? 0);
    this.restarts += 1;
    return true;
  }

  /** The stream begins anew: it starts with older pictures, which is no sign of anything. */
  begin(): void {
    this.behindSince = null;
  }
}
