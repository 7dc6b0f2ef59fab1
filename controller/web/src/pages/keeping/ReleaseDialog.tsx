/** Asks before footage that was held may go; of locked evidence one person asks, and another one confirms. */
import { askRelease, releaseHold } from "../../api/holdCalls";
import * as store from "../../api/store";
import type { Hold } from "../../api/types";
import { text } from "../../lib/formText";
import { words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { explain } from "../actions";

/** Who held it, or an administrator. */
export function mayRelease(one: Hold): boolean {
  const state = store.session.value;
  return store.mayExport.value && state.kind === "in" && (state.session.role === "admin" || state.session.username === one.who);
}

/** What somebody does about a hold next. */
export function nextStep(one: Hold): "release" | "ask" | "confirm" | "wait" {
  const state = store.session.value;
  if (!one.locked) return "release";
  if (!one.asked) return "ask";
  return state.kind === "in" && state.session.username === one.asked.who ? "wait" : "confirm";
}

export function ReleaseDialog({ hold, close }: { hold: Hold; close: () => void }) {
  const w = words.value.holds;
  const release = async (): Promise<string | null> => {
    const answer = await releaseHold(hold.id);
    return answer.ok || answer.problem.status === 404 ? null : explain(answer.problem);
  };
  const ask = async (form: FormData): Promise<string | null> => {
    const answer = await askRelease(hold.id, text(form, "why"));
    return answer.ok ? null : explain(answer.problem);
  };
  if (nextStep(hold) === "ask")
    return (
      <Dialog title={w.askTitle} about={w.askHelp} deed={w.ask} submit={ask} close={close}>
        <label>
          {w.why}
          <input name="why" type="text" required maxLength={500} autofocus />
        </label>
      </Dialog>
    );
  if (hold.asked) return <Dialog title={w.confirmTitle} about={w.confirmHelp(hold.asked.who, hold.asked.why)} deed={w.confirm} submit={release} close={close} />;
  return <Dialog title={w.releaseTitle} about={w.releaseHelp} deed={w.release} submit={release} close={close} />;
}
