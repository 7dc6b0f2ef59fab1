/** State whose many changes within one frame are drawn once. */
import { useRef, useState } from "preact/hooks";

export function useFrameState<T>(initial: T): [T, (change: (value: T) => T) => void] {
  const [value, setValue] = useState(initial);
  const newest = useRef(initial);
  const frame = useRef(0);
  const change = useRef((next: (value: T) => T) => {
    newest.current = next(newest.current);
    if (frame.current === 0)
      frame.current = requestAnimationFrame(() => {
        frame.current = 0;
        setValue(newest.current);
      });
  });
  return [value, change.current];
}
