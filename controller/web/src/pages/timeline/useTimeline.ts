/** Asks for the timeline of what is on screen and a little around it, again as it changes. */
import { useEffect, useRef, useState } from "preact/hooks";
import { serverNow_ms } from "../../api/client";
import { getTimeline } from "../../api/pieces";
import type { Problem, Timeline } from "../../api/types";
import { endOf, type View } from "../../lib/timeline/view";

const SETTLE_MS = 120;
const LIVE_MS = 5_000;
const MOST_BUCKETS = 2000;
/** How much more than the view is asked for, of its length on each side: a short pan needs no answer. */
const MORE = 0.5;

export interface Told {
  timeline: Timeline | null;
  problem: Problem | null;
  reload: () => void;
}

export function useTimeline(cameras: readonly string[], view: View, width_px: number): Told {
  const [timeline, setTimeline] = useState<Timeline | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [again, setAgain] = useState(0);
  const asked = useRef(0);
  const shown = useRef<{ cameras: string; again: number } | null>(null);
  const names = cameras.join();

  useEffect(() => {
    if (cameras.length === 0 || width_px <= 0) return;
    const known = timeline;
    const buckets = Math.min(MOST_BUCKETS, Math.max(50, Math.round((width_px / 2) * (1 + 2 * MORE))));
    const fine_ms = (view.span_ms * (1 + 2 * MORE)) / buckets;
    const fits =
      known !== null &&
      shown.current?.cameras === names &&
      shown.current.again === again &&
      known.from_ms <= view.from_ms &&
      known.to_ms >= endOf(view) &&
      known.bucket_ms <= Math.max(2, fine_ms * 1.6) &&
      known.bucket_ms >= fine_ms / 4;
    if (fits) return;
    const number = ++asked.current;
    const timer = setTimeout(
      () => {
        const from_ms = Math.max(0, Math.floor(view.from_ms - view.span_ms * MORE));
        const to_ms = Math.ceil(endOf(view) + view.span_ms * MORE);
        void getTimeline(cameras, from_ms, to_ms, buckets).then((answer) => {
          if (number !== asked.current) return;
          if (answer.ok) {
            shown.current = { cameras: names, again };
            setTimeline(answer.data);
            setProblem(null);
          } else setProblem(answer.problem);
        });
      },
      known ? SETTLE_MS : 0,
    );
    return () => clearTimeout(timer);
  }, [names, view.from_ms, view.span_ms, width_px, again]);

  // What is on screen may still change: near now by what is recorded, anywhere by what is retrieved.
  const isLive = endOf(view) > serverNow_ms() - 10 * 60_000;
  useEffect(() => {
    const timer = setInterval(() => setAgain((count) => count + 1), isLive || problem ? LIVE_MS : 6 * LIVE_MS);
    return () => clearInterval(timer);
  }, [isLive, problem !== null]);

  return { timeline, problem, reload: () => setAgain((count) => count + 1) };
}
