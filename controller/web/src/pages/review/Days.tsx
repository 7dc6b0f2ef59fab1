/** The days of the review: how much of each is left; a day that is pressed is the only one listed. */
import type { ReviewDay } from "../../api/types";
import { dateTime } from "../../lib/format";
import { words } from "../../lib/preferences";
import { local } from "../../lib/zone";

export const dayName = (at_ms: number): string => dateTime(at_ms).slice(0, 10);
/** `11-20 Fri`, as a heading says it. */
export const dayText = (at_ms: number): string => `${dayName(at_ms).slice(5)} ${words.value.review.weekdays[local(at_ms).weekday]}`;

export function Days({ days, chosen, choose }: { days: readonly ReviewDay[]; chosen: string; choose: (day: string | undefined) => void }) {
  const w = words.value.review;
  return (
    <div class="review-days" role="group" aria-label={w.days}>
      <button type="button" aria-pressed={chosen === ""} onClick={() => choose(undefined)}>
        <span>{w.allDays}</span>
        {days.length > 0 && <DayCount all={sum(days, allOf)} left={sum(days, leftOf)} />}
      </button>
      {[...days].reverse().map((day) => (
        <button
          type="button"
          key={day.from_ms}
          aria-pressed={chosen === dayName(day.from_ms)}
          title={w.dayHelp(dayName(day.from_ms), leftOf(day), allOf(day))}
          onClick={() => choose(chosen === dayName(day.from_ms) ? undefined : dayName(day.from_ms))}
        >
          <span>{dayText(day.from_ms)}</span>
          <DayCount all={allOf(day)} left={leftOf(day)} />
        </button>
      ))}
    </div>
  );
}

const allOf = (day: ReviewDay): number => day.alarms + day.events;
const leftOf = (day: ReviewDay): number => day.alarms_left + day.events_left;
const sum = (days: readonly ReviewDay[], of: (day: ReviewDay) => number): number => days.reduce((total, day) => total + of(day), 0);

function DayCount({ all, left }: { all: number; left: number }) {
  return (
    <>
      <span class="review-day-left" data-none={left === 0 || undefined}>
        {words.value.review.dayLeft(left, all)}
      </span>
      <progress max={Math.max(1, all)} value={all - left} aria-hidden="true" />
    </>
  );
}
