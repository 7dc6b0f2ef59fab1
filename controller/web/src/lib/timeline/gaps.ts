/** The gaps that may be told as facts: of a long time the timeline knows them only by its steps, and the ledger's list is asked instead. */
import type { TimelineCamera, TimelineGap } from "../../api/types";
import { within } from "./marks";
import { EXPECTED_GAPS, isShown } from "./paint";
import { endOf, type View } from "./view";

interface LedgerGap {
  start_ms: number;
  end_ms: number;
  cause: TimelineGap["cause"];
}
export interface ListedGap extends LedgerGap {
  camera: string;
  /** Its times are true to the ms; else it is known that there is one, and no more. */
  exact: boolean;
}

/** Those of the time shown, the longest first. `ledger`: what is known of each camera where the timeline is not exact. */
export function listedGaps(timeline: { exact: boolean; cameras: readonly TimelineCamera[] }, ledger: ReadonlyMap<string, readonly LedgerGap[]>, view: View): ListedGap[] {
  const listed = (camera: string, gaps: readonly LedgerGap[], exact: boolean): ListedGap[] =>
    within(gaps, view.from_ms, endOf(view), Infinity)
      .filter((gap) => isShown(gap) && !EXPECTED_GAPS.includes(gap.cause))
      .map(({ start_ms, end_ms, cause }) => ({ camera, start_ms, end_ms, cause, exact }));
  const found = timeline.cameras.flatMap((one) => {
    if (timeline.exact) return listed(one.camera, one.gaps, true);
    // No ledger tells of a node that is away.
    return [...listed(one.camera, ledger.get(one.camera) ?? [], true), ...listed(one.camera, one.gaps.filter((gap) => gap.cause === "node away"), false)];
  });
  return found.sort((a, b) => Number(a.exact) - Number(b.exact) || b.end_ms - b.start_ms - (a.end_ms - a.start_ms));
}
