/** One alarm: why first, then the clip, then the verdict and what people did. */
import { useEffect, useState } from "preact/hooks";
import { getAlarm, getOccurrence } from "../../api/calls";
import * as store from "../../api/store";
import { mayClear } from "../../api/unmasks";
import type { AlarmDetail as Detail, OccurrenceDetail } from "../../api/types";
import { dateTime } from "../../lib/format";
import { words } from "../../lib/preferences";
import { formatRoute } from "../../lib/route";
import { isSystem, placeOf, reasonFor } from "../../lib/reason";
import { AlarmMarks } from "../../ui/AlarmCard";
import { Icon } from "../../ui/Icon";
import { Fault, Loading, SeverityMark } from "../../ui/parts";
import { explain } from "../actions";
import { now_ms } from "../place";
import { HeldAlarm } from "../keeping/HeldAlarm";
import { Acts, type Ask } from "./Acts";
import { Clip, clipOfAlarm, clipOfOccurrence } from "./Clip";
import { Enrichments } from "./Enrichments";
import { Evidence } from "./Evidence";
import { SystemFacts } from "./SystemFacts";

/** While an alarm grows its verdicts and clip do too, and they are not on the feed. */
const AGAIN_MS = 3000;
const GROWS_MS = 600_000;
/** What the timeline shows of an alarm: a little before it, within ten minutes. */
const LEAD_MS = 2000;
const SPAN_MS = 600_000;

export function AlarmDetail({ id, back, ask }: { id: string; back: () => void; ask: Ask }) {
  const w = words.value;
  const [shown, setShown] = useState("");
  const occurrence = useOccurrence(shown);
  const [detail, setDetail] = useState<Detail | null>(null);
  const [fault, setFault] = useState("");
  const rev = store.alarms.value.get(id)?.rev ?? 0;
  // Trouble with the system is told on the feed; only a clip that has begun to come may still grow.
  const growing =
    detail !== null &&
    (isSystem(detail.alarm)
      ? detail.alarm.clip_ready && detail.clip_missing_ms > 0 && now_ms.peek() - detail.clip_end_ms < GROWS_MS
      : !detail.alarm.clip_ready || detail.alarm.end_ms === null || detail.clip_missing_ms > 0 || detail.verdicts.some((one) => !one.final));

  useEffect(() => {
    let current = true;
    const load = async (): Promise<void> => {
      const answer = await getAlarm(id);
      if (!current) return;
      if (answer.ok) {
        setDetail(answer.data);
        setFault("");
        store.learn([answer.data.alarm]);
      } else setFault(answer.problem.status === 404 ? w.alarms.gone : explain(answer.problem));
    };
    void load();
    const timer = growing ? setInterval(() => void load(), AGAIN_MS) : 0;
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [id, rev, growing]);

  const alarm = store.alarms.value.get(id) ?? detail?.alarm ?? null;
  const head = (
    <button type="button" class="quiet back" onClick={back}>
      <Icon name="back" size={16} />
      {w.alarms.back}
    </button>
  );
  if (!alarm)
    return (
      <div class="detail">
        {head}
        {fault ? <Fault>{fault}</Fault> : <Loading />}
      </div>
    );
  const rule = store.shownRules.value.find((one) => one.id === alarm.rule) ?? null;
  const place = detail?.occurrences.findIndex((one) => one.id === shown) ?? -1;
  const own = detail?.occurrences.filter((one) => one.camera === alarm.camera) ?? [];
  const reason = reasonFor(alarm, rule, now_ms.value, w, detail?.occurrences);
  return (
    <article class="detail" data-severity={alarm.severity}>
      {head}
      <header class="detail-head">
        <div class="detail-title">
          <SeverityMark severity={alarm.severity} />
          <h2>{reason.title}</h2>
          <span class="number">#{alarm.number}</span>
          {!isSystem(alarm) && <span class="muted">{w.kind[alarm.kind]}</span>}
        </div>
        {store.mayAct.value && <Acts alarm={alarm} ask={ask} failed={setFault} />}
      </header>
      <p class="reason">{reason.sentence}</p>
      <p class="muted">
        {reason.why} {placeOf(alarm, store.cameraNames.value, w)}, <time dateTime={alarm.raised_at}>{dateTime(Date.parse(alarm.raised_at))}</time>
      </p>
      {!isSystem(alarm) && (
        <p class="regulation">
          <span class="muted">{w.detail.regulation}</span> {alarm.regulation || <span class="muted">{w.detail.noRegulation}</span>}
        </p>
      )}
      <div class="detail-marks">
        <AlarmMarks alarm={alarm} now_ms={now_ms} who={false} />
        <span class="muted">
          {alarm.acknowledged_by && alarm.acknowledged_at
            ? w.alarms.acknowledgedBy(alarm.acknowledged_by, dateTime(Date.parse(alarm.acknowledged_at)))
            : w.alarms.nobody}
        </span>
        {alarm.camera && (
          <a class="link" href={formatRoute("timeline", { at: String(alarm.condition_ms - LEAD_MS), span: String(SPAN_MS), cameras: alarm.camera })}>
            {w.timeline.open}
          </a>
        )}
      </div>
      <HeldAlarm key={`held ${alarm.id}`} alarm={alarm} />
      {fault && <Fault>{fault}</Fault>}
      {!store.mayAct.value && <p class="muted">{w.alarms.readOnly}</p>}
      {isSystem(alarm) && <SystemFacts alarm={alarm} detail={detail} />}
      {(!isSystem(alarm) || alarm.clip_ready) &&
        (occurrence && place >= 0 ? (
          <Clip key={`${shown} ${occurrence.occurrence.camera ? mayClear(occurrence.occurrence.camera) : ""}`} of={clipOfOccurrence(alarm, occurrence.occurrence, place + 1)} detail={{ ...occurrence, occurrences: [occurrence.occurrence] }} />
        ) : (
          <Clip key={`${alarm.id} ${alarm.camera ? mayClear(alarm.camera) : ""}`} of={clipOfAlarm(alarm)} detail={detail && { ...detail, occurrences: own }} />
        ))}
      {!isSystem(alarm) && <Enrichments alarm={id} rev={rev} />}
      {detail && <Evidence detail={detail} shown={shown} show={setShown} />}
    </article>
  );
}

/** One occurrence with its own clip, asked for again while its footage comes. */
function useOccurrence(id: string): OccurrenceDetail | null {
  const [found, setFound] = useState<OccurrenceDetail | null>(null);
  const grows = found === null || !found.occurrence.clip_ready || found.clip_missing_ms > 0;
  useEffect(() => {
    if (found && found.occurrence.id !== id) setFound(null);
    if (!id) return;
    let current = true;
    const load = async (): Promise<void> => {
      const answer = await getOccurrence(id);
      if (current && answer.ok) setFound(answer.data);
    };
    void load();
    const timer = grows ? setInterval(() => void load(), AGAIN_MS) : 0;
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [id, grows]);
  return found?.occurrence.id === id ? found : null;
}
