/** Asks what an alarm turned out to be before it is closed. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Alarm, Assessment } from "../../api/types";
import { words } from "../../lib/preferences";
import { titleOf } from "../../lib/reason";
import { Fault } from "../../ui/parts";
import { resolve } from "../actions";

const CHOICES: readonly Assessment[] = ["true", "false", "nuisance"];

export function ResolveDialog({ alarm, close }: { alarm: Alarm; close: () => void }) {
  const w = words.value;
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  useEffect(() => dialog.current?.showModal(), []);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const chosen = CHOICES.find((choice) => choice === form.get("assessment"));
    if (!chosen) return;
    setBusy(true);
    const text = await resolve(alarm.id, chosen, String(form.get("note") ?? ""));
    setBusy(false);
    if (text) setFault(text);
    else close();
  };
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="resolve-title">
      <form class="form" onSubmit={(event) => void submit(event)}>
        <h2 id="resolve-title">{w.alarms.resolveTitle}</h2>
        <p class="muted">
          #{alarm.number} {titleOf(alarm, w)}
        </p>
        <fieldset class="choices">
          <legend class="unseen">{w.alarms.resolveTitle}</legend>
          {CHOICES.map((choice, index) => (
            <label key={choice} class="choice">
              <input type="radio" name="assessment" value={choice} required autofocus={index === 0} />
              {w.assessment[choice]}
            </label>
          ))}
        </fieldset>
        <label>
          {w.alarms.note}
          <textarea name="note" rows={3} maxLength={2000} placeholder={w.alarms.notePlaceholder} />
        </label>
        {fault && <Fault>{fault}</Fault>}
        <div class="form-actions">
          <button type="button" onClick={close}>
            {w.alarms.cancel}
          </button>
          <button type="submit" class="primary" disabled={busy}>
            {w.alarms.resolve}
          </button>
        </div>
      </form>
    </dialog>
  );
}
