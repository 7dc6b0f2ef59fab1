/** Says when footage of a purpose, or what is held, moves to the second store. */
import { useState } from "preact/hooks";
import { getMoves, putMove } from "../../api/retentionCalls";
import type { MoveChange, Moves } from "../../api/types";
import { text } from "../../lib/formText";
import { words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { TOO_LATE, useEdited } from "../useEdited";
import { explain } from "../actions";

export type Subject = MoveChange["subject"];
export const SUBJECTS: readonly Subject[] = ["promoted", "gated", "motion", "continuous", "evidence"];
const USUAL_DAYS = 7;

export const nameOf = (subject: Subject): string => (subject === "evidence" ? words.value.second.evidence : (words.value.retention.purposes[subject] ?? subject));

/** When it moves, in words. */
export function whenOf(told: Moves, subject: Subject): string {
  const w = words.value.second;
  const rule = told.rules.find((one) => one.subject === subject);
  if (!rule) return w.stays;
  return subject === "evidence" ? w.soon : w.after(rule.days);
}

export function MoveDialog({ subject, told, close }: { subject: Subject; told: Moves; close: () => void }) {
  const w = words.value.second;
  const edit = useEdited<Moves>(told, (now) => Object.fromEntries(SUBJECTS.map((one) => [nameOf(one), whenOf(now, one)])));
  const rule = told.rules.find((one) => one.subject === subject);
  const [moves, setMoves] = useState(rule !== undefined);
  const submit = async (form: FormData): Promise<string | null> => {
    const days = !moves ? null : subject === "evidence" ? 0 : Number(text(form, "days"));
    const answer = await putMove({ subject, days }, edit.headers());
    if (answer.ok || answer.problem.status !== TOO_LATE) return answer.ok ? null : explain(answer.problem);
    const now = await getMoves();
    return now.ok ? edit.conflict(now.data) : explain(now.problem);
  };
  return (
    <Dialog title={w.changeTitle(nameOf(subject))} about={subject === "evidence" ? w.evidenceHelp : w.changeHelp} deed={w.save} submit={submit} close={close}>
      <label class="choice">
        <input type="checkbox" name="moves" defaultChecked={moves} onChange={(event) => setMoves(event.currentTarget.checked)} />
        <span>{w.itMoves}</span>
      </label>
      {moves && subject !== "evidence" && (
        <label>
          {w.days}
          <input name="days" type="number" min={1} max={3650} required defaultValue={String(rule?.days ?? USUAL_DAYS)} />
        </label>
      )}
    </Dialog>
  );
}
