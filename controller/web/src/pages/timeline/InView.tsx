/** The same as the rows in words: alarms, gaps and footage on nodes of the time that is shown, each a place to go to. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import * as store from "../../api/store";
import type { Timeline, TimelineAlarm } from "../../api/types";
import { dateTime, spell } from "../../lib/format";
import { language, words } from "../../lib/preferences";
import { SYSTEM } from "../../lib/reason";
import { formatRoute } from "../../lib/route";
import { listedGaps } from "../../lib/timeline/gaps";
import { within } from "../../lib/timeline/marks";
import { endOf, type View } from "../../lib/timeline/view";
import { Icon } from "../../ui/Icon";
import { SeverityMark } from "../../ui/parts";
import { RequestState, type Retrieval } from "./retrieve";
import { useLedger } from "./useLedger";

const MOST = 30;
const SETTLE_MS = 250;

interface InViewProps {
  timeline: Timeline;
  view: View;
  showAlarm: (camera: string, alarm: TimelineAlarm) => void;
  go: (camera: string, at_ms: number) => void;
  retrieval: Retrieval;
}

export function InView({ timeline, view: wanted, showAlarm, go, retrieval }: InViewProps) {
  const view = useSettled(wanted);
  const w = words.value;
  const t = w.timeline;
  const name = (camera: string): string => store.cameraNames.value.get(camera) ?? camera;
  const end_ms = endOf(view);
  const known = timeline.cameras;
  const alarms = known
    .flatMap((one) => within(one.alarms ?? [], view.from_ms, end_ms, Infinity).map((alarm) => ({ camera: one.camera, alarm })))
    .sort((a, b) => b.alarm.start_ms - a.alarm.start_ms);
  const numbers = new Set(alarms.map(({ alarm }) => alarm.id));
  const many = known.some((one) => one.alarms === null);
  const ledger = useLedger(known.map((one) => one.camera), view, !timeline.exact);
  const gaps = listedGaps(timeline, ledger.gaps, view);
  const asking = !timeline.exact && !ledger.told;
  const onNodes = known
    .flatMap((one) => within(one.bands, view.from_ms, end_ms, Infinity).map((band) => ({ camera: one.camera, band })))
    .filter(({ band }) => band.state === "retrievable")
    .map(({ camera, band }) => ({ camera, start_ms: Math.max(band.start_ms, view.from_ms), end_ms: Math.min(band.end_ms, end_ms) }))
    .sort((a, b) => b.start_ms - a.start_ms);
  const length = (one: { start_ms: number; end_ms: number }): string => spell(one.end_ms - one.start_ms, language.value);
  return (
    <div class="in-view" aria-label={t.inView}>
      <Part title={t.alarms} count={numbers.size} rows={alarms.length} note={many ? t.tooMany : numbers.size < alarms.length ? w.alarms.occurrences(alarms.length) : ""}>
        {alarms.slice(0, MOST).map(({ camera, alarm }) => (
          <li key={`${alarm.id}${alarm.start_ms}`}>
            <button type="button" class="quiet in-view-go" onClick={() => showAlarm(camera, alarm)}>
              <SeverityMark severity={alarm.severity} bare />
              <span class="clip-text">{SYSTEM.includes(alarm.kind) ? w.kind[alarm.kind] : store.shownName(alarm.rule_name)}</span>
              <span class="muted">
                {!SYSTEM.includes(alarm.kind) && `${w.kind[alarm.kind]} · `}
                {name(camera)} · {dateTime(alarm.condition_ms)}
              </span>
            </button>
            <a class="icon-button" href={formatRoute("alarms", { id: alarm.id, state: "all" })} aria-label={`${w.strip.open}: #${alarm.number}`} title={`${w.strip.open} #${alarm.number}`}>
              <Icon name="alarms" size={16} />
            </a>
          </li>
        ))}
      </Part>
      <Part title={t.gaps} count={gaps.length} note={asking ? w.common.loading : ledger.cut ? t.gapsCut : ""}>
        {gaps.slice(0, MOST).map((gap) => (
          <li key={`${gap.camera}${gap.cause}${gap.start_ms}`}>
            <button type="button" class="quiet in-view-go" onClick={() => go(gap.camera, gap.start_ms)}>
              <span>{t.cause[gap.cause]}</span>
              <span class="muted">
                {name(gap.camera)} · {gap.exact ? `${dateTime(gap.start_ms)} · ${length(gap)}` : t.gapRough}
              </span>
            </button>
          </li>
        ))}
      </Part>
      <Part title={t.onNodes} count={onNodes.length} note={!timeline.exact && onNodes.length > 0 ? t.coarse(spell(timeline.bucket_ms, language.value)) : ""}>
        {onNodes.slice(0, MOST).map((one) => {
          const asked = retrieval.of(one.camera, one.start_ms);
          return (
            <li key={`${one.camera}${one.start_ms}`}>
              <button type="button" class="quiet in-view-go" onClick={() => go(one.camera, one.start_ms)}>
                <span>{name(one.camera)}</span>
                <span class="muted">
                  {dateTime(one.start_ms)} · {length(one)}
                </span>
              </button>
              {asked ? (
                <RequestState asked={asked} />
              ) : (
                store.mayAct.value && (
                  <button
                    type="button"
                    class="icon-button"
                    aria-label={t.retrieveThis(name(one.camera), dateTime(one.start_ms), length(one))}
                    title={t.retrieve(length(one))}
                    onClick={() => retrieval.ask(one.camera, one)}
                  >
                    <Icon name="download" size={16} />
                  </button>
                )
              )}
            </li>
          );
        })}
      </Part>
    </div>
  );
}

/** The view once it stands still: while it moves nobody reads. */
function useSettled(view: View): View {
  const [settled, setSettled] = useState(view);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(view), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [view.from_ms, view.span_ms]);
  return settled;
}

/** `rows`: how many there are to list, where that is not what is counted. */
function Part({ title, count, rows = count, note = "", children }: { title: string; count: number; rows?: number; note?: string; children: ComponentChildren }) {
  const t = words.value.timeline;
  return (
    <section>
      <h2>
        {title} {count > 0 && <span class="muted">{count}</span>}
      </h2>
      {note && <p class="muted">{note}</p>}
      {count === 0 && !note && <p class="muted">{t.nothing}</p>}
      <ul>{children}</ul>
      {rows > MOST && <p class="muted">{t.more(rows - MOST)}</p>}
    </section>
  );
}
