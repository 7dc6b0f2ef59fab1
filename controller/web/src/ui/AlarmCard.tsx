/** One alarm in a list: preview, severity, what, where, how long ago, who has it. */
import { useComputed, type ReadonlySignal } from "@preact/signals";
import type { Alarm } from "../api/types";
import { isOpen } from "../lib/alarms";
import { age, clockTime, dateTime } from "../lib/format";
import { language, words } from "../lib/preferences";
import { isSystem, titleOf } from "../lib/reason";
import { Icon } from "./Icon";
import { Chip, SeverityMark } from "./parts";

export interface AlarmCardProps {
  alarm: Alarm;
  place: string;
  picture: string | null;
  now_ms: ReadonlySignal<number>;
  href: string;
  current?: boolean;
  compact?: boolean;
}

export function AlarmCard({ alarm, place, picture, now_ms, href, current = false, compact = false }: AlarmCardProps) {
  const raised_ms = Date.parse(alarm.raised_at);
  return (
    <a
      class="card"
      href={href}
      data-severity={alarm.severity}
      data-state={alarm.state}
      data-quiet={alarm.suppressed || Boolean(alarm.shelved_until) || undefined}
      data-compact={compact || undefined}
      aria-current={current ? "true" : undefined}
    >
      <span class="card-picture" data-bare={isSystem(alarm) || undefined}>
        {picture ? <img src={picture} alt="" loading="lazy" decoding="async" /> : <Icon name={alarm.camera ? "camera" : alarm.node ? "node" : "site"} size={20} />}
      </span>
      <span class="card-body">
        <span class="card-line">
          <SeverityMark severity={alarm.severity} />
          <span class="number">#{alarm.number}</span>
          <time class="muted push" dateTime={alarm.raised_at} title={dateTime(raised_ms)}>
            <Age since_ms={raised_ms} now_ms={now_ms} />
          </time>
        </span>
        <span class="card-title">{titleOf(alarm, words.value)}</span>
        <span class="card-line muted">
          <span class="clip-text">
            {alarm.zone_name ? `${alarm.zone_name} · ` : ""}
            {place}
          </span>
        </span>
        {!compact && <AlarmMarks alarm={alarm} now_ms={now_ms} />}
      </span>
    </a>
  );
}

/** By itself, so that a second that passes renders a few letters and not the list. */
export function Age({ since_ms, now_ms }: { since_ms: number; now_ms: ReadonlySignal<number> }) {
  return <span aria-live="off">{age(now_ms.value - since_ms, language.value)}</span>;
}

/** How long it is still put off; `whole`: until when, too. */
function Shelf({ until_ms, now_ms, whole }: { until_ms: number; now_ms: ReadonlySignal<number>; whole: boolean }) {
  const minutes = useComputed(() => Math.max(0, Math.ceil((until_ms - now_ms.value) / 60_000)));
  const w = words.value;
  const until = whole ? ` (${w.maintenance.until(clockTime(until_ms).slice(0, 5))})` : "";
  return <>{w.hands.shelved(minutes.value) + until}</>;
}

/** State, and what else is worth knowing before opening. */
export function AlarmMarks({ alarm, now_ms, who = true }: { alarm: Alarm; now_ms: ReadonlySignal<number>; who?: boolean }) {
  const w = words.value;
  return (
    <span class="card-line marks">
      <span class="state" data-state={alarm.state}>
        {alarm.state === "resolved" && <Icon name="check" size={14} />}
        {w.alarmState[alarm.state]}
      </span>
      {alarm.assessment && <span class="muted">{w.assessment[alarm.assessment]}</span>}
      {who && alarm.state === "acknowledged" && alarm.acknowledged_by && <span class="muted clip-text">{alarm.acknowledged_by}</span>}
      {isOpen(alarm) && alarm.assigned_to && <Chip icon="person">{alarm.assigned_to}</Chip>}
      {alarm.shelved_until && (
        <Chip icon="shelf" title={`${w.maintenance.until(clockTime(Date.parse(alarm.shelved_until)).slice(0, 5))}${alarm.shelved_by ? ` · ${w.hands.shelvedBy(alarm.shelved_by)}` : ""}`}>
          <Shelf until_ms={Date.parse(alarm.shelved_until)} now_ms={now_ms} whole={!who} />
        </Chip>
      )}
      {alarm.suppressed && (
        <Chip icon="wrench" title={w.hands.suppressedHelp}>
          {w.hands.suppressed}
        </Chip>
      )}
      {isOpen(alarm) && alarm.escalation_level > 0 && <Chip icon="up">{w.hands.escalated(alarm.escalation_level)}</Chip>}
      {alarm.cameras.length > 1 && (
        <Chip icon="camera" title={alarm.place ? w.hands.place(alarm.place) : undefined}>
          {w.hands.cameras(alarm.cameras.length)}
        </Chip>
      )}
      {alarm.end_ms === null && <Chip>{w.alarms.ongoing}</Chip>}
      {alarm.occurrences > 1 && <Chip title={w.alarms.occurrences(alarm.occurrences)}>×{alarm.occurrences}</Chip>}
      {alarm.late && (
        <Chip icon="clock" title={w.alarms.lateHelp}>
          {w.alarms.late}
        </Chip>
      )}
    </span>
  );
}
