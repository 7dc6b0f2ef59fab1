/** Looks for motion page by page, newest first, until enough was found, nothing is left, or it is stopped. */
import { useEffect, useRef, useState } from "preact/hooks";
import { serverNow_ms } from "../../api/client";
import { findMotion } from "../../api/motion";
import type { FoundMotion, MotionFind } from "../../api/types";
import { motionParams } from "../../lib/motion";
import { explain } from "../actions";

const ENOUGH = 24;
const SETTLE_MS = 500;

export interface Looked {
  items: readonly MotionFind[];
  /** The last page: how far was looked, and what is known of the time. */
  page: FoundMotion;
  asked_ms: number;
}
export interface Looking {
  looked: Looked | null;
  busy: boolean;
  fault: string;
  stop: () => void;
  more: () => void;
}

export function useMotion(query: Readonly<Record<string, string>>, camera: string): Looking {
  const [looked, setLooked] = useState<Looked | null>(null);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const turn = useRef(0);
  const key = motionParams(query, camera, 0, null, 0).toString();

  const look = async (before: Looked | null): Promise<void> => {
    const mine = ++turn.current;
    const wanted = (before?.items.length ?? 0) + ENOUGH;
    setBusy(true);
    setFault("");
    let known = before;
    while (turn.current === mine && (!known || (known.page.next !== null && known.items.length < wanted))) {
      const asked_ms: number = known?.asked_ms ?? serverNow_ms();
      const answer = await findMotion(motionParams(query, camera, asked_ms, known?.page.next ?? null, wanted - (known?.items.length ?? 0)));
      if (turn.current !== mine) return;
      if (!answer.ok) {
        setFault(explain(answer.problem));
        break;
      }
      known = { items: [...(known?.items ?? []), ...answer.data.items], page: answer.data, asked_ms };
      setLooked(known);
    }
    if (turn.current === mine) setBusy(false);
  };
  const stop = (): void => {
    turn.current++;
    setBusy(false);
  };
  useEffect(() => {
    stop();
    setLooked(null);
    setFault("");
    if (!camera || !query["region"]) return;
    setBusy(true);
    const timer = setTimeout(() => void look(null), SETTLE_MS);
    return () => {
      clearTimeout(timer);
      turn.current++;
    };
  }, [key]);
  return { looked, busy, fault, stop, more: () => void look(looked) };
}
