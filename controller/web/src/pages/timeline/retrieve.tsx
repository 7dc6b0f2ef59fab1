/** Requests for footage that is on a node only, followed until they are answered. */
import { useEffect, useState } from "preact/hooks";
import { serverNow_ms } from "../../api/client";
import { askForFootage, getFootageRequest } from "../../api/pieces";
import type { FootageRequest } from "../../api/types";
import { percent } from "../../lib/format";
import { words } from "../../lib/preferences";
import { progress } from "../../lib/timeline/marks";
import { explain } from "../actions";

export interface Asked {
  request: FootageRequest;
  share: number;
}
export interface Retrieval {
  asked: readonly Asked[];
  fault: string;
  /** The request that a moment of a camera belongs to. */
  of: (camera: string, at_ms: number) => Asked | null;
  ask: (camera: string, span: { start_ms: number; end_ms: number }) => void;
}

const LONGEST_MS = 24 * 3_600_000;
const FOLLOW_MS = 3000;
const OVER = ["stored", "partly", "lost"];

/** `changed`: something was asked for, or has come. */
export function useRetrieval(changed: () => void): Retrieval {
  const [asked, setAsked] = useState<readonly Asked[]>([]);
  const [fault, setFault] = useState("");
  const waiting = asked.filter((one) => !OVER.includes(one.request.state)).map((one) => one.request.id);

  useEffect(() => {
    if (waiting.length === 0) return;
    const timer = setInterval(() => {
      for (const id of waiting)
        void getFootageRequest(id).then((answer) => {
          if (!answer.ok) return;
          const { request, parts } = answer.data;
          setAsked((list) => list.map((one) => (one.request.id === id ? { request, share: progress(parts) } : one)));
          changed();
        });
    }, FOLLOW_MS);
    return () => clearInterval(timer);
  }, [waiting.join()]);

  return {
    asked,
    fault,
    of: (camera, at_ms) =>
      asked.find(({ request }) => request.camera === camera && request.start_ms <= at_ms && at_ms < request.end_ms && request.state !== "stored") ?? null,
    ask: (camera, span) => {
      const to_ms = Math.min(span.end_ms, span.start_ms + LONGEST_MS, serverNow_ms());
      void askForFootage(camera, span.start_ms, to_ms).then((answer) => {
        setFault(answer.ok ? "" : explain(answer.problem));
        if (!answer.ok) return;
        setAsked((list) => [...list, { request: answer.data, share: 0 }]);
        changed();
      });
    },
  };
}

/** How a request stands, in words. */
export function RequestState({ asked }: { asked: Asked }) {
  const w = words.value.timeline;
  const { state, reason } = asked.request;
  return (
    <p class="muted" role="status">
      {w.request[state]}
      {state === "retrieving" && ` ${percent(asked.share)}`}
      {reason && w.requestReason[reason] && ` · ${w.requestReason[reason]}`}
    </p>
  );
}
