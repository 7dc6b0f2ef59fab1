/** What a report asks, as its address holds it and as the server is asked, and the days around it. */

export const PERIODS = ["shift", "day", "week"] as const;
export type Period = (typeof PERIODS)[number];
/** Shifts to choose from; the last of them is the night's. */
export const SHIFTS = ["06:00-14:00", "14:00-22:00", "22:00-06:00", "08:00-20:00", "20:00-08:00"] as const;
type Query = Readonly<Record<string, string>>;

export const periodOf = (query: Query): Period => PERIODS.find((one) => one === query["period"]) ?? "day";
export const hoursOf = (query: Query): string => (/^\d\d:\d\d-\d\d:\d\d$/.test(query["hours"] ?? "") ? (query["hours"] ?? "") : "");

/** The query of `/report`; a shift without hours is the first one. */
export function paramsOf(query: Query): URLSearchParams {
  const period = periodOf(query);
  const params = new URLSearchParams({ period });
  const hours = hoursOf(query) || (period === "shift" ? SHIFTS[0] : "");
  if (hours) params.set("hours", hours);
  if (/^\d{4}-\d{2}-\d{2}$/.test(query["day"] ?? "")) params.set("day", query["day"] ?? "");
  if (query["names"]) params.set("names", "true");
  return params;
}

/** A day, so many days later. */
export function dayAfter(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** The last day that the search is asked for, to find the alarms that a report counts. */
export const lastDay = (period: Period, day: string, nightly: boolean): string => dayAfter(day, (period === "week" ? 6 : 0) + (nightly ? 1 : 0));

/** How much more or less than before, as a share; null where nothing was. */
export const change = (now: number, before: number): number | null => (before === 0 ? null : (now - before) / before);

/** A share as per cent to a tenth, never rounded up to a whole that it is not. */
export const tenths = (share: number): string => `${(Math.floor(share * 1000 + 1e-9) / 10).toFixed(1)}%`;

/** Stretches of figures that follow each other, as [place, height] with heights of 0..1; a hole ends one. */
export function stretches(values: readonly (number | null)[], most: number): readonly (readonly (readonly [number, number])[])[] {
  const found: [number, number][][] = [];
  values.forEach((value, place) => {
    if (value === null) return;
    const last = found[found.length - 1];
    const point: [number, number] = [place, most > 0 ? value / most : 0];
    if (last && last[last.length - 1]?.[0] === place - 1) last.push(point);
    else found.push([point]);
  });
  return found;
}

/** Counts as heights of 0..1, the largest of them 1. */
export function heights(counts: readonly number[]): readonly number[] {
  const most = Math.max(1, ...counts);
  return counts.map((count) => count / most);
}

/** The counts of the hours of a day, over all days of the week. */
export const hourly = (week: readonly (readonly number[])[]): readonly number[] => Array.from({ length: 24 }, (_, hour) => week.reduce((sum, day) => sum + (day[hour] ?? 0), 0));
