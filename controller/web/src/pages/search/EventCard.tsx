/** One event that a search found: when, where, how long, what was seen, whether it became an alarm. */
import * as store from "../../api/store";
import type { CctvEvent } from "../../api/types";
import { dateTime, duration } from "../../lib/format";
import { words } from "../../lib/preferences";
import { formatRoute } from "../../lib/route";
import { Icon } from "../../ui/Icon";
import { Chip } from "../../ui/parts";

const LEAD_MS = 5_000;
const SPAN_MS = 300_000;

export function EventCard({ event }: { event: CctvEvent }) {
  const w = words.value;
  const s = w.search;
  const seen = Object.entries(event.classes);
  const alarm = event.alarms[0];
  return (
    <article class="found-event">
      <p class="card-line">
        <Icon name="camera" size={16} />
        <strong class="clip-text">{store.cameraNames.value.get(event.camera) ?? event.camera}</strong>
        <span class="push muted">{event.end_ms === null ? s.lasting : duration(event.end_ms - event.start_ms)}</span>
      </p>
      <p class="card-line">
        <time dateTime={new Date(event.start_ms).toISOString()}>{dateTime(event.start_ms)}</time>
      </p>
      <p class="card-line marks">
        {seen.map(([name, count]) => (
          <Chip key={name}>
            {w.className(name)}
            {count > 1 && ` ×${count}`}
          </Chip>
        ))}
        {seen.length === 0 && <span class="muted">{event.judged_ms > 0 ? s.nothingSeen : s.unjudged}</span>}
        {event.late && (
          <Chip icon="clock" title={w.alarms.lateHelp}>
            {w.alarms.late}
          </Chip>
        )}
      </p>
      <p class="card-line">
        <a class="link" href={formatRoute("timeline", { at: String(event.start_ms - LEAD_MS), span: String(SPAN_MS), cameras: event.camera })}>
          {s.open}
        </a>
        {alarm && (
          <a class="link push" href={formatRoute("alarms", { state: "all", id: alarm })}>
            {s.alarmsOf(event.alarms.length)}
          </a>
        )}
      </p>
    </article>
  );
}
