/** What stands about a hold's release, and the buttons for what somebody may do next. */
import { withdrawRelease } from "../../api/holdCalls";
import type { Hold } from "../../api/types";
import { dateTime } from "../../lib/format";
import { words } from "../../lib/preferences";
import { mayRelease, nextStep } from "./ReleaseDialog";

/** `open`: ask before it goes; `changed`: it was withdrawn. */
export function HoldSteps({ one, open, changed }: { one: Hold; open: () => void; changed: () => void }) {
  const w = words.value.holds;
  const step = nextStep(one);
  if (!mayRelease(one)) return null;
  const deed = { release: w.release, ask: w.ask, confirm: w.confirm, wait: "" }[step];
  return (
    <>
      {deed && (
        <button type="button" class="quiet" onClick={open}>
          {deed}
        </button>
      )}
      {one.asked && (
        <button type="button" class="quiet" onClick={() => void withdrawRelease(one.id).then(changed)}>
          {w.withdraw}
        </button>
      )}
    </>
  );
}

export function AskedFor({ one }: { one: Hold }) {
  const w = words.value.holds;
  if (!one.asked) return null;
  return (
    <p class="muted" role="status">
      {w.asked(one.asked.who, one.asked.why, dateTime(Date.parse(one.asked.until)).slice(0, 16))}
      {nextStep(one) === "wait" && ` · ${w.own}`}
    </p>
  );
}

export function LockField() {
  const w = words.value.holds;
  return (
    <label class="choice">
      <input type="checkbox" name="lock" />
      <span>
        {w.lock} <span class="muted block">{w.lockHelp}</span>
      </span>
    </label>
  );
}
