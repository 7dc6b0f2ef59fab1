/** Keys for a whole page. */
import { useLayoutEffect } from "preact/hooks";

/** Hear every key with what is shown now: a listener that came only after the painting would answer a quick second key by what was. */
export function useKeyPress(press: (event: KeyboardEvent) => void, capture = false): void {
  useLayoutEffect(() => {
    addEventListener("keydown", press, capture);
    return () => removeEventListener("keydown", press, capture);
  });
}
