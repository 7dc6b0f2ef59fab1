/** How somebody is logged in, for an administrator. */
import { useEffect, useRef } from "preact/hooks";
import type { Person } from "../../api/types";
import { words } from "../../lib/preferences";
import { Sessions } from "../account/Sessions";

export function PersonLogin({ person, close }: { person: Person; close: () => void }) {
  const w = words.value.account;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="person-login" data-wide>
      <div class="form">
        <h2 id="person-login">{w.of(person.name)}</h2>
        <h3>{w.sessions}</h3>
        <Sessions name={person.name} />
        <div class="form-actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            {words.value.common.close}
          </button>
        </div>
      </div>
    </dialog>
  );
}
