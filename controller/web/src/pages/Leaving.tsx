/** Asks before a page is left with changes that are not saved. */
import { useEffect, useRef } from "preact/hooks";
import { words } from "../lib/preferences";
import { discardAll, isUnsaved } from "../lib/unsaved";
import { leave, leaving, stay } from "./place";

addEventListener("beforeunload", (event) => {
  if (isUnsaved()) event.preventDefault();
});

export function Leaving() {
  return leaving.value ? <Ask /> : null;
}

function Ask() {
  const w = words.value.care;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={stay} aria-labelledby="leaving-title">
      <div class="form">
        <h2 id="leaving-title">{w.leaveTitle}</h2>
        <p class="muted">{w.leaveAbout}</p>
        <div class="form-actions">
          <button
            type="button"
            onClick={() => {
              discardAll();
              leave();
            }}
          >
            {w.leave}
          </button>
          <button type="button" class="primary" autofocus onClick={stay}>
            {w.stay}
          </button>
        </div>
      </div>
    </dialog>
  );
}
