/** How somebody is logged in, for an administrator. */
import { useEffect, useRef, useState } from "preact/hooks";
import { resetFactor } from "../../api/accountCalls";
import type { Person } from "../../api/types";
import { words } from "../../lib/preferences";
import { Fault } from "../../ui/parts";
import { Keys } from "../account/Keys";
import { Sessions } from "../account/Sessions";
import { explain } from "../actions";

export function PersonLogin({ person, close, changed }: { person: Person; close: () => void; changed: () => void }) {
  const w = words.value.account;
  const [fault, setFault] = useState("");
  const reset = async (): Promise<void> => {
    const answer = await resetFactor(person.name);
    if (!answer.ok) return setFault(explain(answer.problem));
    changed();
    close();
  };
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="person-login" data-wide>
      <div class="form">
        <h2 id="person-login">{w.of(person.name)}</h2>
        <h3>{w.sessions}</h3>
        <Sessions name={person.name} />
        <h3>{w.keys}</h3>
        <Keys name={person.name} />
        <h3>{w.factor}</h3>
        <p class="muted">{person.provider ? words.value.oidc.issuer(person.provider) : person.second_factor ? w.resetHelp : w.factorNone}</p>
        {person.second_factor && (
          <button type="button" onClick={() => void reset()}>
            {w.reset}
          </button>
        )}
        {fault && <Fault>{fault}</Fault>}
        <div class="form-actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            {words.value.common.close}
          </button>
        </div>
      </div>
    </dialog>
  );
}
