/** Asks for what a deed needs: what an alarm turned out to be, who takes it, for how long it waits, or a note. */
import { useEffect, useState } from "preact/hooks";
import { getAssignees, type Deed } from "../../api/calls";
import * as store from "../../api/store";
import type { Alarm, Assessment } from "../../api/types";
import { words } from "../../lib/preferences";
import { titleOf } from "../../lib/reason";
import { Choices, Dialog } from "../../ui/Dialog";
import { explain, perform } from "../actions";

export type Asking = "resolve" | "false" | "assign" | "shelve" | "note" | "escalate";

const ASSESSMENTS: readonly Assessment[] = ["true", "false", "nuisance"];
const MINUTES = [15, 30, 60, 240, 480] as const;
const NOBODY = "";

export function ActDialog({ asking, alarm, close }: { asking: Asking; alarm: Alarm; close: () => void }) {
  const w = words.value;
  const titles: Record<Asking, readonly [title: string, deed: string]> = {
    resolve: [w.alarms.resolveTitle, w.alarms.resolve],
    false: [w.alarms.resolveTitle, w.alarms.resolve],
    assign: [w.hands.assignTitle, w.hands.assign],
    shelve: [w.hands.shelveTitle, w.hands.shelve],
    note: [w.hands.noteTitle, w.hands.save],
    escalate: [w.hands.escalateTitle, w.hands.escalate],
  };
  const [title, deed] = titles[asking];
  const submit = async (form: FormData): Promise<string | null> => {
    const wanted = deedOf(asking, form);
    return wanted ? perform(alarm.id, wanted) : w.hands.noteNeeded;
  };
  return (
    <Dialog title={title} about={`#${alarm.number} ${titleOf(alarm, w)}`} deed={deed} submit={submit} close={close}>
      {(asking === "resolve" || asking === "false") && (
        <Choices
          label={title}
          name="assessment"
          options={ASSESSMENTS.map((one) => [one, w.assessment[one]] as const)}
          chosen={asking === "false" ? "false" : undefined}
        />
      )}
      {asking === "assign" && <Assignees alarm={alarm} />}
      {asking === "shelve" && (
        <>
          <p class="muted">{w.hands.shelveHelp}</p>
          <Choices label={title} name="minutes" options={MINUTES.map((one) => [String(one), w.hands.minutes(one)] as const)} chosen="30" />
        </>
      )}
      <label>
        {w.alarms.note}
        <textarea name="note" rows={3} maxLength={2000} required={asking === "note"} autofocus={asking === "note"} placeholder={asking === "note" ? w.care.note : w.alarms.notePlaceholder} />
      </label>
    </Dialog>
  );
}

function deedOf(asking: Asking, form: FormData): Deed | null {
  const text = (name: string): string => {
    const value = form.get(name);
    return typeof value === "string" ? value : "";
  };
  const note = text("note");
  switch (asking) {
    case "resolve":
    case "false": {
      const assessment = ASSESSMENTS.find((one) => one === text("assessment"));
      return assessment ? { verb: "resolve", assessment, note } : null;
    }
    case "assign":
      return { verb: "assign", to: text("to") || null, note };
    case "shelve":
      return { verb: "shelve", minutes: Number(text("minutes")), note };
    case "note":
      return note.trim() ? { verb: "note", note } : null;
    case "escalate":
      return { verb: "escalate", note };
  }
}

function Assignees({ alarm }: { alarm: Alarm }) {
  const w = words.value.hands;
  const state = store.session.value;
  const me = state.kind === "in" ? state.session.username : "";
  const [names, setNames] = useState<readonly string[]>(me ? [me] : []);
  const [fault, setFault] = useState("");
  useEffect(() => {
    void getAssignees(alarm.id).then((answer) => {
      if (answer.ok) setNames([...answer.data.names].sort((a, b) => Number(b === me) - Number(a === me)));
      else setFault(explain(answer.problem));
    });
  }, []);
  const options = names.map((name) => [name, name === me ? `${name} · ${w.take}` : name] as const);
  return (
    <>
      <Choices label={w.assignTitle} name="to" options={[...options, [NOBODY, w.nobody]]} chosen={alarm.assigned_to ?? me} />
      {fault && <p class="muted">{fault}</p>}
    </>
  );
}
