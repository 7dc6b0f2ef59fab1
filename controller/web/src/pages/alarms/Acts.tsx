/** What a person can do with an alarm now: the usual ones as buttons, each with its key. */
import { useState } from "preact/hooks";
import type { Alarm } from "../../api/types";
import { isOpen, isShelved, isUnacknowledged } from "../../lib/alarms";
import { words } from "../../lib/preferences";
import { Icon } from "../../ui/Icon";
import { makeExport } from "../../api/exportCalls";
import { exportedAs } from "../../api/unmasks";
import * as store from "../../api/store";
import { acknowledge, explain, perform } from "../actions";
import { go } from "../place";
import type { Asking } from "./ActDialog";

export type Ask = (asking: Asking) => void;

export function Acts({ alarm, ask, failed }: { alarm: Alarm; ask: Ask; failed: (text: string) => void }) {
  const w = words.value;
  const [more, setMore] = useState(false);
  const open = isOpen(alarm);
  const quick = (doing: Promise<string | null>): void => void doing.then((text) => failed(text ?? ""));
  return (
    <div class="detail-actions">
      {isUnacknowledged(alarm) && (
        <button type="button" class="primary" title="A" onClick={() => quick(acknowledge(alarm.id))}>
          <Icon name="check" size={16} />
          {w.alarms.acknowledge}
        </button>
      )}
      {open && (
        <>
          <button type="button" onClick={() => ask("assign")}>
            <Icon name="person" size={16} />
            {w.hands.assign}
          </button>
          <button type="button" title="R" onClick={() => ask("resolve")}>
            {w.alarms.resolve}
          </button>
        </>
      )}
      {open && isShelved(alarm) && (
        <button type="button" title="S" onClick={() => quick(perform(alarm.id, { verb: "unshelve", note: "" }))}>
          <Icon name="shelf" size={16} />
          {w.hands.unshelve}
        </button>
      )}
      {(more || !open) && (
        <button type="button" title="N" onClick={() => ask("note")}>
          <Icon name="note" size={16} />
          {w.hands.note}
        </button>
      )}
      {(more || !open) && alarm.camera !== null && store.mayExport.value && (
        <button type="button" onClick={() => quick(exported(alarm))}>
          <Icon name="download" size={16} />
          {w.exports.alarm}
        </button>
      )}
      {open && more && (
        <>
          {!isShelved(alarm) && (
            <button type="button" title="S" onClick={() => ask("shelve")}>
              <Icon name="shelf" size={16} />
              {w.hands.shelve}
            </button>
          )}
          <button type="button" onClick={() => ask("escalate")}>
            <Icon name="up" size={16} />
            {w.hands.escalate}
          </button>
        </>
      )}
      {open && (
        <button type="button" class="quiet" aria-expanded={more} onClick={() => setMore(!more)}>
          {more ? w.common.close : w.hands.more}
        </button>
      )}
    </div>
  );
}

/** Ask for files of what cameras saw of it; once more gives the same export. The answer is null, or why it failed. */
async function exported(alarm: Alarm): Promise<string | null> {
  const answer = await makeExport([], [alarm.id], `#${alarm.number}`, `alarm-${alarm.id}-${alarm.rev}`, null, exportedAs(alarm.cameras));
  if (!answer.ok) return explain(answer.problem);
  go("exports");
  return null;
}
