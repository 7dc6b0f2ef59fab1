/** What the nodes' ledgers say is missing of the time shown, where the timeline itself tells it by steps only. */
import { useEffect, useState } from "preact/hooks";
import { getGaps, type ProofGap } from "../../api/fleetCalls";
import { endOf, MINUTE, type View } from "../../lib/timeline/view";

export interface Ledger {
  gaps: ReadonlyMap<string, readonly ProofGap[]>;
  /** Every camera has answered. */
  told: boolean;
  /** There are more of some camera than one answer holds, or it did not answer. */
  cut: boolean;
}
const NONE: Ledger = { gaps: new Map(), told: false, cut: false };

/** Asked camera by camera, again when the time shown is another one by a minute. */
export function useLedger(cameras: readonly string[], view: View, wanted: boolean): Ledger {
  const [ledger, setLedger] = useState(NONE);
  const names = cameras.join();
  const from_ms = Math.floor(view.from_ms / MINUTE) * MINUTE;
  const to_ms = Math.ceil(endOf(view) / MINUTE) * MINUTE;
  useEffect(() => {
    setLedger(NONE);
    if (!wanted) return;
    let current = true;
    const ask = async (): Promise<void> => {
      const gaps = new Map<string, readonly ProofGap[]>();
      let cut = false;
      for (const camera of cameras) {
        const answer = await getGaps(camera, from_ms, to_ms, null);
        if (!current) return;
        if (answer.ok) gaps.set(camera, answer.data.items);
        cut ||= !answer.ok || answer.data.next !== null;
      }
      setLedger({ gaps, told: true, cut });
    };
    void ask();
    const timer = setInterval(() => void ask(), MINUTE);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [names, from_ms, to_ms, wanted]);
  return ledger;
}
