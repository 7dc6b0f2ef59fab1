/** Ends an editor; asks first while something would be lost. */
import { useState } from "preact/hooks";
import { words } from "../lib/preferences";

export function GiveUp({ label, changed, close }: { label: string; changed: () => boolean; close: () => void }) {
  const w = words.value.care;
  const [asks, setAsks] = useState(false);
  if (!asks)
    return (
      <button type="button" onClick={() => (changed() ? setAsks(true) : close())}>
        {label}
      </button>
    );
  return (
    <>
      <span class="fault" role="alert">
        {w.leaveTitle}
      </span>
      <button type="button" class="quiet" onClick={() => setAsks(false)}>
        {w.stay}
      </button>
      <button type="button" onClick={close}>
        {w.discard}
      </button>
    </>
  );
}
