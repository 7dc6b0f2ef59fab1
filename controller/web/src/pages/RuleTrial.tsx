/** Tries the rules as they are being edited on a camera's last hour, or hours: what would be new, gone, the same. */
import { useEffect, useRef, useState } from "preact/hooks";
import { cancelTrial, getTrial, tryRules } from "../api/calls";
import { serverNow_ms } from "../api/client";
import * as store from "../api/store";
import type { RuleDocument } from "../api/editCalls";
import type { Trial, TrialResult } from "../api/types";
import { clockTime, dateTime, duration, percent } from "../lib/format";
import { words } from "../lib/preferences";
import { sentence } from "../lib/said";
import { Icon } from "../ui/Icon";
import { Chip, Fault, Segments, Select, SeverityMark } from "../ui/parts";
import { explain } from "./actions";

const HOUR_MS = 3_600_000;
const POLL_MS = 1000;
const SPANS_H = [1, 8, 24] as const;
const over = (trial: Trial): boolean => trial.state !== "waiting" && trial.state !== "running";

/** `read` gives the document, or null where it has a fault (and then shows that). */
export function RuleTrial({ read, on = "", usual_h = 1 }: { read: () => RuleDocument | null; on?: string; usual_h?: (typeof SPANS_H)[number] }) {
  const w = words.value.trial;
  const cameras = [...store.cameraNames.value];
  const [chosen, setCamera] = useState("");
  const camera = chosen || on || (cameras[0]?.[0] ?? "");
  const [trial, setTrial] = useState<Trial | null>(null);
  const [result, setResult] = useState<TrialResult | null>(null);
  const [fault, setFault] = useState("");
  const [hours, setHours] = useState<(typeof SPANS_H)[number]>(usual_h);
  const [misses, setMisses] = useState(0);
  const running = trial !== null && !over(trial);

  useEffect(() => {
    if (!trial || over(trial)) return;
    const timer = setTimeout(() => {
      void getTrial(trial.id).then((answer) => {
        setFault(answer.ok ? "" : explain(answer.problem));
        if (!answer.ok) return setMisses((count) => count + 1);
        setTrial({ ...answer.data.trial });
        setResult(answer.data.result);
      });
    }, POLL_MS);
    return () => clearTimeout(timer);
  }, [trial, misses]);

  // Nobody sees what becomes of a trial once its page is left, and the next one waits behind it.
  const going = useRef<string | null>(null);
  going.current = running ? trial.id : null;
  useEffect(() => () => void (going.current && cancelTrial(going.current)), []);

  const begin = async (): Promise<void> => {
    const document = read();
    if (document === null) return;
    setResult(null);
    setTrial(null);
    const now_ms = Math.floor(serverNow_ms()) - POLL_MS;
    const answer = await tryRules(document, camera, now_ms - hours * HOUR_MS, now_ms);
    if (answer.ok) {
      setFault("");
      setTrial(answer.data);
      return;
    }
    const { field } = answer.problem;
    setFault(field?.startsWith("rules") ? words.value.rules.field(field, explain(answer.problem)) : explain(answer.problem));
  };
  const stop = async (): Promise<void> => {
    if (!trial) return;
    const answer = await cancelTrial(trial.id);
    if (answer.ok) setTrial(answer.data);
    else setFault(explain(answer.problem));
  };

  if (cameras.length === 0) return null;
  return (
    <section class="trial" aria-label={w.title}>
      <div class="page-head">
        <h2>{w.title}</h2>
        <Select label={w.camera} value={camera} options={cameras} choose={setCamera} />
        <Segments label={w.span} value={hours} options={SPANS_H.map((one) => [one, w.hours(one)] as const)} choose={setHours} />
        {running ? (
          <button type="button" onClick={() => void stop()}>
            {w.stop}
          </button>
        ) : (
          <button type="button" onClick={() => void begin()}>
            {w.begin(hours)}
          </button>
        )}
        <span class="muted" role="status">
          {trial?.state === "waiting" && w.waiting}
          {trial?.state === "running" && w.running(percent(trial.progress))}
          {trial?.state === "cancelled" && w.cancelled}
          {result && w.found(result.new, result.gone, result.same, duration(result.judged_ms))}
        </span>
      </div>
      {(fault || trial?.state === "failed") && <Fault>{fault || w.failed(trial?.reason ?? "")}</Fault>}
      {result && <Result result={result} />}
    </section>
  );
}

function Result({ result }: { result: TrialResult }) {
  const w = words.value;
  const notices = [...result.unanswered, ...result.warnings];
  return (
    <>
      {notices.length > 0 && (
        <ul class="notices">
          {notices.map((notice) => (
            <li key={notice.text}>
              <Icon name="medium" size={16} /> {sentence(notice.said, notice.text, w)}
            </li>
          ))}
        </ul>
      )}
      <ul class="tried">
        {result.alarms.map((alarm, place) => (
          <li key={`${place} ${alarm.rule} ${alarm.raised_ms}`} data-change={alarm.change}>
            <strong>{w.trial.change[alarm.change]}</strong>
            <span class="numeric">
              {dateTime(alarm.raised_ms).slice(5)} – {clockTime(alarm.end_ms)}
            </span>
            <SeverityMark severity={alarm.severity} bare />
            <span>{store.shownName(alarm.rule)}</span>
            {alarm.zone_name && <span class="muted">{store.shownName(alarm.zone_name)}</span>}
            <span class="muted">{percent(alarm.confidence)}</span>
            {alarm.occurrences > 1 && <Chip title={w.alarms.occurrences(alarm.occurrences)}>×{alarm.occurrences}</Chip>}
          </li>
        ))}
      </ul>
    </>
  );
}
