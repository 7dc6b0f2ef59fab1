/** What was done and can be undone: a value with those before and after it. Pure. */
export interface History<T> {
  past: readonly T[];
  now: T;
  future: readonly T[];
  /** What the newest step was; the same mark again goes on with that step. */
  mark: string;
}

const MOST = 200;

export const begun = <T>(now: T): History<T> => ({ past: [], now, future: [], mark: "" });

/** A step: what was undone is gone. Steps with one mark, such as arrow keys held down, are one step. */
export function done<T>(history: History<T>, next: T, mark = ""): History<T> {
  if (mark !== "" && mark === history.mark && history.past.length > 0) return { ...history, now: next, future: [] };
  return { past: [...history.past, history.now].slice(-MOST), now: next, future: [], mark };
}

export function undone<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (history.past.length === 0) return history;
  return { past: history.past.slice(0, -1), now: before as T, future: [history.now, ...history.future], mark: "" };
}

export function redone<T>(history: History<T>): History<T> {
  const [after, ...later] = history.future;
  if (history.future.length === 0) return history;
  return { past: [...history.past, history.now], now: after as T, future: later, mark: "" };
}
