/** Asks before a destination is forgotten for good. */
import { removeDestination } from "../../api/messageCalls";
import type { Destination } from "../../api/types";
import { words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { explain } from "../actions";

export function RemoveDialog({ one, close }: { one: Destination; close: () => void }) {
  const w = words.value.messages;
  const submit = async (): Promise<string | null> => {
    const answer = await removeDestination(one.name);
    return answer.ok || answer.problem.status === 404 ? null : explain(answer.problem);
  };
  return <Dialog title={w.removeTitle(one.name)} about={w.removeHelp(one.waiting)} deed={w.remove} submit={submit} close={close} />;
}
