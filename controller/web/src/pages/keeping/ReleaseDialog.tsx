/** Asks before footage that was held may go. */
import { releaseHold } from "../../api/holdCalls";
import * as store from "../../api/store";
import type { Hold } from "../../api/types";
import { words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { explain } from "../actions";

/** Who held it, or an administrator. */
export function mayRelease(one: Hold): boolean {
  const state = store.session.value;
  return store.mayExport.value && state.kind === "in" && (state.session.role === "admin" || state.session.username === one.who);
}

export function ReleaseDialog({ id, close }: { id: string; close: () => void }) {
  const w = words.value.holds;
  const submit = async (): Promise<string | null> => {
    const answer = await releaseHold(id);
    return answer.ok || answer.problem.status === 404 ? null : explain(answer.problem);
  };
  return <Dialog title={w.releaseTitle} about={w.releaseHelp} deed={w.release} submit={submit} close={close} />;
}
