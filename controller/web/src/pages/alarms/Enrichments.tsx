/** What a language model wrote about an alarm, marked as such; a person accepts or dismisses its draft. */
import { useEffect, useState } from "preact/hooks";
import { decide, getEnrichments } from "../../api/calls";
import * as store from "../../api/store";
import type { Enrichment } from "../../api/types";
import { words } from "../../lib/preferences";
import { Chip, Fault } from "../../ui/parts";
import { explain } from "../actions";

/** Answers are not on the feed: they are asked for while one is being written. */
const AGAIN_MS = 3000;

export function Enrichments({ alarm, rev }: { alarm: string; rev: number }) {
  const w = words.value.enrich;
  const [all, setAll] = useState<Enrichment[]>([]);
  const [fault, setFault] = useState("");
  const waiting = all.some((one) => one.state === "waiting");

  useEffect(() => {
    let current = true;
    const ask = async (): Promise<void> => {
      const answer = await getEnrichments(alarm);
      if (current && answer.ok) setAll(answer.data);
    };
    void ask();
    const timer = waiting ? setInterval(() => void ask(), AGAIN_MS) : 0;
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [alarm, rev, waiting]);

  const say = async (id: string, decision: "accepted" | "dismissed"): Promise<void> => {
    const answer = await decide(id, decision);
    if (!answer.ok) return setFault(explain(answer.problem));
    setFault("");
    setAll((before) => before.map((one) => (one.id === id ? answer.data : one)));
  };

  const shown = all.filter((one) => one.state !== "dropped");
  if (shown.length === 0) return null;
  return (
    <section class="enrichments">
      <h3>{w.title}</h3>
      <p class="muted">{w.note}</p>
      {shown.map((one) => (
        <div key={one.id}>
          <p class="muted">
            {w.kind[one.kind]}
            {one.model && ` · ${w.by(one.model)}`}
          </p>
          {one.state === "waiting" && <p class="muted">{w.waiting}</p>}
          {one.state === "failed" && (
            <p class="muted">
              {w.failed}: {one.reason}
            </p>
          )}
          {one.state === "done" && <p class="written">{one.text}</p>}
          {one.decision && <Chip>{w.decided[one.decision](one.decided_by ?? "")}</Chip>}
          {one.kind === "draft" && one.state === "done" && !one.decision && store.mayAct.value && (
            <div class="detail-actions">
              <button type="button" onClick={() => void say(one.id, "accepted")}>
                {w.accept}
              </button>
              <button type="button" class="quiet" onClick={() => void say(one.id, "dismissed")}>
                {w.dismiss}
              </button>
            </div>
          )}
        </div>
      ))}
      {fault && <Fault>{fault}</Fault>}
    </section>
  );
}
