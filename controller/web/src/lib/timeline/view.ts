/** What stretch of time is on screen: zoom, pan, and the ticks to read it by. In the site's time. */
import { local, midnight_ms } from "../zone";

export interface View {
  from_ms: number;
  span_ms: number;
}
export interface Tick {
  at_ms: number;
  text: string;
  /** A new day begins here. */
  day: boolean;
}

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const LEAST_SPAN_MS = 10 * SECOND;
export const MOST_SPAN_MS = 31 * DAY;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800].map((s) => s * SECOND);
const LABEL_PX = 76;
/** How much of the view may lie after now: room to see that nothing is there. */
const AFTER = 0.05;

const pad = (value: number): string => String(value).padStart(2, "0");
export const endOf = (view: View): number => view.from_ms + view.span_ms;
export const xOf = (view: View, at_ms: number, width_px: number): number => ((at_ms - view.from_ms) / view.span_ms) * width_px;
export const atOf = (view: View, x_px: number, width_px: number): number => Math.round(view.from_ms + (x_px / width_px) * view.span_ms);

/** The view as near as it may be: a span between the two bounds, and not beyond now. */
export function bounded(view: View, now_ms: number): View {
  const span_ms = Math.min(MOST_SPAN_MS, Math.max(LEAST_SPAN_MS, Math.round(view.span_ms)));
  const latest = now_ms + span_ms * AFTER - span_ms;
  return { from_ms: Math.round(Math.max(0, Math.min(latest, view.from_ms))), span_ms };
}

/** Zoom by a factor (less than 1 shows less time); the moment stays where it is on screen. */
export function zoomed(view: View, factor: number, about_ms: number, now_ms: number): View {
  const span_ms = Math.min(MOST_SPAN_MS, Math.max(LEAST_SPAN_MS, view.span_ms * factor));
  const share = (about_ms - view.from_ms) / view.span_ms;
  return bounded({ from_ms: about_ms - share * span_ms, span_ms }, now_ms);
}

export const panned = (view: View, by_ms: number, now_ms: number): View => bounded({ ...view, from_ms: view.from_ms + by_ms }, now_ms);

export const around = (at_ms: number, span_ms: number, now_ms: number): View => bounded({ from_ms: at_ms - span_ms / 2, span_ms }, now_ms);

/** The view with the moment in it: as it is, or turned like a page. */
export function following(view: View, at_ms: number, now_ms: number): View {
  if (at_ms >= view.from_ms && at_ms <= endOf(view)) return view;
  return bounded({ ...view, from_ms: at_ms - view.span_ms * 0.1 }, now_ms);
}

/** Round moments of the site's time, as many as fit; a day's first tick names the day. */
export function ticks(view: View, width_px: number): Tick[] {
  const room = Math.max(1, Math.floor(width_px / LABEL_PX));
  const step = STEPS.find((one) => view.span_ms / one <= room) ?? 7 * DAY;
  const found: Tick[] = [];
  const days = Math.max(1, Math.round(step / DAY));
  // Days are counted on the calendar: one of them may have 23 or 25 hours.
  for (let begin = midnight_ms(view.from_ms); begin < endOf(view); begin = midnight_ms(begin, days)) {
    const last = step >= DAY ? begin + 1 : midnight_ms(begin, 1);
    const first = step >= DAY ? begin : begin + Math.max(0, Math.ceil((view.from_ms - begin) / step)) * step;
    for (let at = first; at < Math.min(last, endOf(view)); at += step)
      if (at >= view.from_ms) found.push({ at_ms: at, text: at === begin ? dayText(at) : timeText(at, step), day: at === begin });
  }
  return found;
}

function dayText(at_ms: number): string {
  const { month, day } = local(at_ms);
  return `${pad(month)}-${pad(day)}`;
}

function timeText(at_ms: number, step: number): string {
  const { hour, minute, second } = local(at_ms);
  return `${pad(hour)}:${pad(minute)}${step < MINUTE ? `:${pad(second)}` : ""}`;
}
