/** A value with undo and redo, for a page that draws. */
import { useState } from "preact/hooks";
import { begun, done, redone, undone, type History } from "../../lib/shapes/history";

export interface Steps<T> {
  now: T;
  change: (next: T, mark?: string) => void;
  undo: (() => void) | undefined;
  redo: (() => void) | undefined;
  /** Begin anew with another value; nothing before it can be undone. */
  begin: (now: T) => void;
}

export function useSteps<T>(first: T | (() => T)): Steps<T> {
  const [history, setHistory] = useState<History<T>>(() => begun(typeof first === "function" ? (first as () => T)() : first));
  return {
    now: history.now,
    change: (next, mark = "") => setHistory((known) => done(known, next, mark)),
    undo: history.past.length > 0 ? () => setHistory(undone) : undefined,
    redo: history.future.length > 0 ? () => setHistory(redone) : undefined,
    begin: (now) => setHistory(begun(now)),
  };
}
