/** The site's time zone: times are told and asked in it, from wherever somebody looks. */

const QUARTER_MS = 900_000; // no zone moves its clock at another moment than a quarter of an hour
let format: Intl.DateTimeFormat | null = null;
let offsets = new Map<number, number>();

/** A moment as the site's clocks and calendars show it; `month` 1..12, `weekday` 0..6 from Sunday. */
export interface Local {
  year: number;
  month: number;
  day: number;
  weekday: number;
  hour: number;
  minute: number;
  second: number;
}

/** Take an IANA name as the site's zone; one that this browser does not know leaves the browser's own. */
export function setZone(name: string): void {
  offsets = new Map();
  try {
    const numeric = "2-digit";
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: name, hourCycle: "h23", year: "numeric", month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric,
    }); // prettier-ignore
  } catch {
    format = null;
  }
}

/** How far the site's clocks are ahead of UTC at a moment. */
function offset_ms(at_ms: number): number {
  if (!format || !Number.isFinite(at_ms)) return -new Date(at_ms).getTimezoneOffset() * 60_000;
  const quarter = Math.floor(at_ms / QUARTER_MS);
  const known = offsets.get(quarter);
  if (known !== undefined) return known;
  const begin_ms = quarter * QUARTER_MS;
  const part = Object.fromEntries(format.formatToParts(begin_ms).map(({ type, value }) => [type, Number(value)]));
  const shown_ms = Date.UTC(part["year"] ?? 0, (part["month"] ?? 1) - 1, part["day"], part["hour"], part["minute"], part["second"]);
  offsets.set(quarter, shown_ms - begin_ms);
  return shown_ms - begin_ms;
}

/** Whether the clocks of who looks show another time than the site's. */
export const elsewhere = (at_ms: number): boolean => offset_ms(at_ms) !== -new Date(at_ms).getTimezoneOffset() * 60_000;

export function local(at_ms: number): Local {
  const shown = new Date(at_ms + offset_ms(at_ms));
  return {
    year: shown.getUTCFullYear(),
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    weekday: shown.getUTCDay(),
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
    second: shown.getUTCSeconds(),
  };
}

/** The moment at which the site's clocks show what UTC's would show at `shown_ms`; where they show it twice, the first. */
function shownAt(shown_ms: number): number {
  const before = shown_ms - offset_ms(shown_ms - 86_400_000);
  return before + offset_ms(before) === shown_ms ? before : shown_ms - offset_ms(shown_ms - offset_ms(shown_ms));
}

/** The moment of a date, or a date and time, as fields write them, `2026-11-20T14:03`; NaN for anything else. */
export const momentOf = (text: string): number => shownAt(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?$/.test(text) ? Date.parse(`${text.length === 10 ? `${text}T00:00` : text}Z`) : Number.NaN);

/** The beginning of the day in which a moment is, so many days later: a day may have 23 or 25 hours. */
export function midnight_ms(at_ms: number, days = 0): number {
  const { year, month, day } = local(at_ms);
  return shownAt(Date.UTC(year, month - 1, day + days));
}
