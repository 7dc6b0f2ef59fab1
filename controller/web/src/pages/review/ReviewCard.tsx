/** One card of the review: what happened once, or again and again, with a moving preview. */
import * as store from "../../api/store";
import type { CctvEvent } from "../../api/types";
import { clockTime, duration } from "../../lib/format";
import { words } from "../../lib/preferences";
import { placeOf, titleOf } from "../../lib/reason";
import type { Fold, Item } from "../../lib/review";
import { AlarmMarks } from "../../ui/AlarmCard";
import { Icon } from "../../ui/Icon";
import { Chip, SeverityMark } from "../../ui/parts";
import { now_ms } from "../place";
import { Preview } from "./Preview";

export interface ReviewCardProps {
  fold: Fold;
  href: string;
  current: boolean;
  selected: boolean;
  reviewed: boolean;
  toggle: () => void;
}

export function ReviewCard({ fold, href, current, selected, reviewed, toggle }: ReviewCardProps) {
  const w = words.value;
  const [item] = fold.items;
  if (!item) return null;
  const alarm = item.alarm && (store.alarms.value.get(item.id) ?? item.alarm);
  const first = fold.items.at(-1) ?? item;
  const name = `${titleFor(item)}, ${placeFor(item)}, ${clockTime(item.at_ms)}`;
  return (
    <article class="review-card" data-id={fold.id} data-severity={alarm?.severity} data-state={alarm?.state} data-reviewed={reviewed || undefined} data-selected={selected || undefined}>
      <a class="review-link" href={href} aria-current={current ? "true" : undefined}>
        <Preview item={item} />
        <span class="card-line">
          {alarm ? <SeverityMark severity={alarm.severity} /> : <span class="muted">{w.review.event}</span>}
          {alarm && <span class="number">#{alarm.number}</span>}
          {fold.items.length > 1 && <Chip title={w.review.timesHelp(fold.items.length, clockTime(first.at_ms), clockTime(item.at_ms))}>{w.review.times(fold.items.length)}</Chip>}
          <time class="muted push" dateTime={new Date(item.at_ms).toISOString()}>
            {clockTime(item.at_ms)}
          </time>
        </span>
        <span class="card-title">{titleFor(item)}</span>
        <span class="card-line muted">
          <span class="clip-text">{placeFor(item)}</span>
          {item.event && <span class="push">{item.event.end_ms === null ? w.search.lasting : duration(item.event.end_ms - item.event.start_ms)}</span>}
        </span>
        {alarm && <AlarmMarks alarm={alarm} now_ms={now_ms} />}
      </a>
      <label class="review-pick">
        <input type="checkbox" checked={selected} onChange={toggle} aria-label={`${w.review.select}: ${name}`} />
      </label>
      {reviewed && (
        <span class="review-seen">
          <Icon name="check" size={14} />
          {w.review.reviewed}
        </span>
      )}
    </article>
  );
}

/** What an event is called: the classes that were seen in it. */
export function eventTitle(event: CctvEvent): string {
  const w = words.value;
  const seen = Object.entries(event.classes).map(([name, count]) => `${w.className(name)}${count > 1 ? ` ×${count}` : ""}`);
  return seen.join(", ") || (event.judged_ms > 0 ? w.review.nothingSeen : w.search.unjudged);
}

export function titleFor({ alarm, event }: Item): string {
  return alarm ? titleOf(store.shownAlarm(alarm), words.value) : event ? eventTitle(event) : "";
}

export function placeFor({ alarm, event }: Item): string {
  if (event) return store.cameraNames.value.get(event.camera) ?? event.camera;
  if (!alarm) return "";
  const zone = alarm.zone_name ? `${store.shownAlarm(alarm).zone_name} · ` : "";
  return zone + placeOf(alarm, store.cameraNames.value, words.value);
}
