/** The review's keys: they are heard before those that work everywhere. */
import { typing, useKeyPress } from "../../ui/keyPress";

export interface ReviewKeys {
  move: (by: number, extending: boolean) => void;
  open: () => void;
  fresh: () => void;
  select: () => void;
  selectTo: () => void;
  mark: () => void;
  acknowledge: () => void;
  resolve: () => void;
  falsely: () => void;
  note: () => void;
  takeAway: () => void;
  undo: () => void;
  leave: () => boolean;
}

const CONTROLS = "button, summary, video, input, .player";

export function useReviewKeys(keys: ReviewKeys): void {
  useKeyPress((event) => {
    const on = event.target instanceof HTMLElement ? event.target : null;
    // A pick's box has the focus after a click; its own keys are none of the list's but Space and Enter.
    const own = on !== null && (((event.key === " " || event.key === "Enter") && on.closest(CONTROLS) !== null) || (event.key === "." && on.closest(".player") !== null));
    const text = on?.matches("input[type=checkbox]") ? null : on;
    if (own || (text !== null && typing(event)) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const deeds: Readonly<Record<string, () => void>> = {
      j: () => keys.move(1, event.shiftKey),
      k: () => keys.move(-1, event.shiftKey),
      enter: keys.open,
      ".": keys.fresh,
      x: keys.select,
      " ": keys.selectTo,
      v: keys.mark,
      a: keys.acknowledge,
      r: keys.resolve,
      f: keys.falsely,
      n: keys.note,
      e: keys.takeAway,
      u: keys.undo,
    };
    const deed = deeds[event.key.toLowerCase()];
    if (deed) deed();
    else if (event.key !== "Escape" || !keys.leave()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
}
