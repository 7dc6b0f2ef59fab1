/** What retention would delete and waits with, share by share; an administrator lets it go. */
import { useState } from "preact/hooks";
import { confirmSweep } from "../../api/retentionCalls";
import * as store from "../../api/store";
import type { Retention } from "../../api/types";
import { bytes, dateTime } from "../../lib/format";
import { words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { explain } from "../actions";
import { PURPOSES } from "./RetentionDialog";

type Waiting = NonNullable<Retention["waiting"]>;

export function SweepWaits({ waiting, changed }: { waiting: Waiting; changed: () => void }) {
  const w = words.value.sweep;
  const [asks, setAsks] = useState(false);
  const submit = async (): Promise<string | null> => {
    const answer = await confirmSweep(waiting.token);
    if (!answer.ok) changed();
    return answer.ok || answer.problem.status === 404 ? null : explain(answer.problem);
  };
  const close = (): void => {
    setAsks(false);
    changed();
  };
  return (
    <div class="export" role="status">
      <div class="export-head">
        <strong class="verdict">
          <Icon name="medium" size={16} /> {w.title}
        </strong>
        <span class="push" />
        {store.mayConfigure.value && !waiting.confirmed && (
          <button type="button" onClick={() => setAsks(true)}>
            {w.confirm}
          </button>
        )}
      </div>
      <p>
        {w.about(String(waiting.due), bytes(waiting.due_bytes), bytes(waiting.stored_bytes))} {w.asOf(dateTime(waiting.as_of_ms).slice(0, 16))} {waiting.leapt && w.leapt}
      </p>
      <Shares waiting={waiting} />
      {waiting.confirmed && <p class="healthy">{w.going}</p>}
      {asks && (
        <Dialog title={w.confirmTitle} about={w.confirmHelp} deed={w.confirm} submit={submit} close={close}>
          <Shares waiting={waiting} />
        </Dialog>
      )}
    </div>
  );
}

function Shares({ waiting }: { waiting: Waiting }) {
  const w = words.value;
  const kindOf = (kind: string): string => {
    const purpose = PURPOSES.find((one) => one === kind);
    return purpose ? (w.retention.purposes[purpose] ?? kind) : w.sweep.pictures;
  };
  return (
    <ul>
      {waiting.shares
        .filter((one) => one.due > 0)
        .map((one) => (
          <li key={one.kind}>{w.sweep.share(kindOf(one.kind), String(one.due), String(one.count))}</li>
        ))}
    </ul>
  );
}
