/** Whether an alarm's footage is held, and how it is held or released. */
import { useEffect, useState } from "preact/hooks";
import { getHoldsOver, holdAlarm } from "../../api/holdCalls";
import * as store from "../../api/store";
import type { Alarm, Hold } from "../../api/types";
import { dateTime } from "../../lib/format";
import { words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { explain } from "../actions";
import { HoldSteps, LockField } from "./HoldSteps";
import { ReleaseDialog } from "./ReleaseDialog";

export function HeldAlarm({ alarm }: { alarm: Alarm }) {
  const w = words.value.holds;
  const [held, setHeld] = useState<readonly Hold[]>([]);
  const [opened, setOpened] = useState<Hold | "add" | null>(null);
  const [again, setAgain] = useState(0);
  const { camera, condition_ms } = alarm;
  const end_ms = Math.max(condition_ms + 1, alarm.end_ms ?? 0);
  useEffect(() => {
    let current = true;
    if (camera) void getHoldsOver({ camera, start_ms: condition_ms, end_ms }).then((answer) => current && answer.ok && setHeld(answer.data.items));
    return () => {
      current = false;
    };
  }, [camera, condition_ms, end_ms, again]);
  if (!camera) return null;
  const close = (): void => {
    setOpened(null);
    setAgain((count) => count + 1);
  };
  const submit = async (form: FormData): Promise<string | null> => {
    const answer = await holdAlarm(alarm.id, String(form.get("why")), form.get("lock") !== null);
    return answer.ok ? null : explain(answer.problem);
  };
  return (
    <div class="held">
      {held.map((one) => (
        <p key={one.id} class="card-line">
          <span>
            <Icon name="shelf" size={16} /> {w.held(one.reason)} <span class="muted">{w.by(one.who, dateTime(Date.parse(one.created_at)).slice(0, 16))}</span>
          </span>
          <HoldSteps one={one} open={() => setOpened(one)} changed={() => setAgain((count) => count + 1)} />
        </p>
      ))}
      {held.length === 0 && store.mayExport.value && (
        <button type="button" class="quiet" onClick={() => setOpened("add")}>
          {w.alarm}
        </button>
      )}
      {opened === "add" && (
        <Dialog title={w.alarmTitle(alarm.number)} about={w.addHelp} deed={w.deed} submit={submit} close={close}>
          <label>
            {w.why}
            <input name="why" type="text" required maxLength={500} placeholder={w.whyPlaceholder} autofocus />
          </label>
          <LockField />
        </Dialog>
      )}
      {opened && opened !== "add" && <ReleaseDialog hold={opened} close={close} />}
    </div>
  );
}
