/** Keys for a whole page. */
import { useLayoutEffect } from "preact/hooks";

/** Hear every key with what is shown now: a listener that came only after the painting would answer a quick second key by what was. */
export function useKeyPress(press: (event: KeyboardEvent) => void, capture = false): void {
  useLayoutEffect(() => {
    addEventListener("keydown", press, capture);
    return () => removeEventListener("keydown", press, capture);
  });
}

/** Whether a key belongs to what has the focus and not to the page. */
export function typing(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return true;
  return event.target instanceof HTMLElement && event.target.closest("input:not([type=range]), textarea, select, [contenteditable]") !== null;
}
