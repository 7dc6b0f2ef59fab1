/** The keys of the timeline. */
import { typing, useKeyPress } from "../../ui/keyPress";
import type { Playhead } from "./playhead";

interface Acts {
  playhead: Playhead;
  picture_ms: number;
  zoom: (factor: number) => void;
  jump: (way: 1 | -1) => void;
  /** Move the moment by steps of the time that is shown. */
  move: (steps: number) => void;
  pan: (share: number) => void;
}

export function useKeys(acts: Acts): void {
  useKeyPress((event) => {
    if (typing(event) || event.defaultPrevented) return;
    // A button that has the focus is pressed by the space bar itself.
    if (event.key === " " && event.target instanceof HTMLElement && event.target.closest("button, a, summary")) return;
    const { playhead, picture_ms, zoom, jump, move, pan } = acts;
    const action = {
      " ": () => playhead.toggle(),
      ",": () => playhead.step(-1, picture_ms),
      ".": () => playhead.step(1, picture_ms),
      ArrowLeft: () => move(-1),
      ArrowRight: () => move(1),
      PageUp: () => pan(-0.8),
      PageDown: () => pan(0.8),
      "+": () => zoom(0.5),
      "=": () => zoom(0.5),
      "-": () => zoom(2),
      "<": () => playhead.faster(-1),
      ">": () => playhead.faster(1),
      n: () => jump(1),
      p: () => jump(-1),
    }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
