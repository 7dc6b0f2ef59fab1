/** Tells that an editor holds what is not saved. */
import { useEffect, useRef } from "preact/hooks";
import { watchOver } from "../lib/unsaved";

/** Whoever leaves is asked while `changed()`; `discard` throws away what would outlive the page. */
export function useUnsaved(changed: () => boolean, discard?: () => void): void {
  const now = useRef({ changed, discard });
  now.current = { changed, discard };
  useEffect(() => watchOver({ check: () => now.current.changed(), discard: () => now.current.discard?.() }), []);
}
