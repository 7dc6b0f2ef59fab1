/** When a piece of sound is played so that it stays in step with the picture. Pure; it skips, and never drifts. */

/** Sound comes a little after its picture; so much later it is played, so that none is missing. */
const CUSHION_MS = 60;
/** Further off than this from there: what comes next is put in its place anew. */
const SLACK_MS = 80;
/** Later than its picture by more than this: not played. */
export const LATEST_MS = 150;
const LEAD_MS = 5;
/** Further ahead than any line is late: the clocks of picture and sound do not belong together. */
const MOST_AHEAD_MS = 3_000;
const SMOOTHING = 0.1;
const JUMP_MS = 250;

export class SoundStep {
  private end_ms: number | null = null;
  private behind_ms: number | null = null;
  /** Pieces that came too late, or far too early, and were not played. */
  skipped = 0;

  /**
   * When to begin a piece, on the clock that `now_ms` is of; null: not at all. `behind_ms`: by how much the picture on
   * screen is behind that clock, from the picture's own time.
   */
  place(pts_ms: number, lasts_ms: number, now_ms: number, behind_ms: number): number | null {
    const before = this.behind_ms;
    const jump = before === null || Math.abs(behind_ms - before) > JUMP_MS;
    this.behind_ms = jump ? behind_ms : before + SMOOTHING * (behind_ms - before);
    const picture_ms = pts_ms + this.behind_ms;
    const wanted_ms = picture_ms + CUSHION_MS;
    let at_ms = this.end_ms !== null && Math.abs(this.end_ms - wanted_ms) <= SLACK_MS ? this.end_ms : wanted_ms;
    at_ms = Math.max(at_ms, now_ms + LEAD_MS);
    if (at_ms - picture_ms > LATEST_MS || at_ms - now_ms > MOST_AHEAD_MS) {
      this.skipped += 1;
      return null;
    }
    this.end_ms = at_ms + lasts_ms;
    return at_ms;
  }
}
