/** One event that no alarm came of: what was seen, its clip with boxes, what the verifier found, what was near. */
import { useEffect, useState } from "preact/hooks";
import { getEvent, getVerdicts } from "../../api/calls";
import { eventClipUrl } from "../../api/review";
import * as store from "../../api/store";
import type { CctvEvent, Verdict } from "../../api/types";
import { dateTime, spell } from "../../lib/format";
import { language, words } from "../../lib/preferences";
import { formatRoute } from "../../lib/route";
import { Icon } from "../../ui/Icon";
import { Chip, Fault, Loading } from "../../ui/parts";
import { explain } from "../actions";
import { Clip, type ClipOf } from "../alarms/Clip";
import { VerdictList } from "../alarms/Evidence";
import { Near } from "../alarms/Near";
import { now_ms } from "../place";
import { eventTitle } from "./ReviewCard";

const AGAIN_MS = 3000;
const LEAD_MS = 2000;
const SPAN_MS = 600_000;

export function EventDetail({ id, back }: { id: string; back: () => void }) {
  const w = words.value;
  const [event, setEvent] = useState<CctvEvent | null>(null);
  const [verdicts, setVerdicts] = useState<readonly Verdict[] | null>(null);
  const [fault, setFault] = useState("");
  const grows = event === null || event.end_ms === null || event.stored_ms === 0;
  useEffect(() => {
    let current = true;
    const load = async (): Promise<void> => {
      const [found, judged] = await Promise.all([getEvent(id), getVerdicts(id)]);
      if (!current) return;
      if (found.ok) setEvent(found.data);
      else setFault(found.problem.status === 404 ? w.review.noEvent : explain(found.problem));
      if (judged.ok) setVerdicts(judged.data);
    };
    void load();
    const timer = grows ? setInterval(() => void load(), AGAIN_MS) : 0;
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [id, grows]);
  const head = (
    <button type="button" class="quiet back" onClick={back}>
      <Icon name="back" size={16} />
      {w.alarms.back}
    </button>
  );
  if (!event)
    return (
      <div class="detail">
        {head}
        {fault ? <Fault>{fault}</Fault> : <Loading />}
      </div>
    );
  const place = store.cameraNames.value.get(event.camera) ?? event.camera;
  const end_ms = event.end_ms ?? now_ms.value;
  const clip: ClipOf = {
    id: event.id,
    url: eventClipUrl(event.id),
    picture: null,
    ready: event.stored_ms > 0,
    condition_ms: event.start_ms,
    camera: event.camera,
    zones: [],
    download: `event-${event.id.slice(0, 8)}.mp4`,
  };
  const clipEnd_ms = event.clip_end_ms ?? end_ms;
  return (
    <article class="detail">
      {head}
      <header class="detail-head">
        <div class="detail-title">
          <h2>{eventTitle(event)}</h2>
          {event.late && (
            <Chip icon="clock" title={w.alarms.lateHelp}>
              {w.alarms.late}
            </Chip>
          )}
        </div>
      </header>
      <p class="reason">{w.review.eventSentence(eventTitle(event), place, spell(end_ms - event.start_ms, language.value))}</p>
      <div class="detail-marks">
        <time dateTime={new Date(event.start_ms).toISOString()}>{dateTime(event.start_ms)}</time>
        <a class="link" href={formatRoute("timeline", { at: String(event.start_ms - LEAD_MS), span: String(SPAN_MS), cameras: event.camera })}>
          {w.review.openTimeline}
        </a>
      </div>
      {fault && <Fault>{fault}</Fault>}
      <Clip
        of={clip}
        detail={
          verdicts && {
            verdicts: [...verdicts],
            occurrences: [],
            clip_start_ms: event.clip_start_ms,
            clip_end_ms: clipEnd_ms,
            clip_missing_ms: Math.max(0, clipEnd_ms - event.clip_start_ms - event.stored_ms),
          }
        }
      />
      <div class="evidence">
        <Near id={event.id} camera={event.camera} start_ms={event.start_ms} end_ms={end_ms} />
        {verdicts && <VerdictList verdicts={verdicts} />}
      </div>
    </article>
  );
}
