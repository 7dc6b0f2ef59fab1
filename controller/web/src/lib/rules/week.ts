/** The hours of a week in which a rule holds, from named shifts to what a person paints, and back. Pure. */

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof DAYS)[number];
/** As the rule file has it; a shift that ends before it begins goes on into the next day. */
export interface Shift {
  days?: readonly Day[];
  from: string;
  to: string;
}
export type Shifts = Readonly<Record<string, Shift>>;
type Span = readonly [number, number];
/** Per day the minutes that count, apart from each other and in order. */
export type Week = readonly (readonly Span[])[];

const DAY = 1440;
const HOUR = 60;
const minutes = (text: string): number => {
  const [hour = 0, minute = 0] = text.split(":").map(Number);
  return hour * HOUR + minute;
};
const clock = (minute: number): string => `${String(Math.floor(minute / HOUR)).padStart(2, "0")}:${String(minute % HOUR).padStart(2, "0")}`;

/** Spans in order; what touches is one. */
function joined(spans: readonly Span[]): Span[] {
  const found: Span[] = [];
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = found.at(-1);
    if (to <= from) continue;
    if (last && from <= last[1]) found[found.length - 1] = [last[0], Math.max(last[1], to)];
    else found.push([from, to]);
  }
  return found;
}

export const ALWAYS: Week = DAYS.map(() => [[0, DAY]]);

/** The week of the shifts named; of none named it is all of it. */
export function weekOf(names: readonly string[], shifts: Shifts): Week {
  const known = names.map((name) => shifts[name]).filter((shift) => shift !== undefined);
  if (known.length === 0) return ALWAYS;
  const days: Span[][] = DAYS.map(() => []);
  for (const shift of known)
    for (const day of shift.days ?? DAYS) {
      const at = DAYS.indexOf(day);
      const [from, to] = [minutes(shift.from) % DAY, minutes(shift.to) || DAY];
      if (to > from) days[at]?.push([from, to]);
      else {
        days[at]?.push([from, DAY]);
        days[(at + 1) % 7]?.push([0, to]);
      }
    }
  return days.map(joined);
}

/** How much of an hour counts: all, some, none. */
export function hourOf(week: Week, day: number, hour: number): "all" | "some" | "none" {
  const [from, to] = [hour * HOUR, (hour + 1) * HOUR];
  const covered = (week[day] ?? []).reduce((sum, [a, b]) => sum + Math.max(0, Math.min(b, to) - Math.max(a, from)), 0);
  return covered === HOUR ? "all" : covered > 0 ? "some" : "none";
}

/** The week with an hour put in or taken out. */
export function painted(week: Week, day: number, hour: number, on: boolean): Week {
  const [from, to] = [hour * HOUR, (hour + 1) * HOUR];
  return week.map((spans, at) => {
    if (at !== day) return spans;
    if (on) return joined([...spans, [from, to]]);
    return spans.flatMap(([a, b]): Span[] => joined([[a, Math.min(b, from)], [Math.max(a, to), b]]));
  });
}

/** The shifts that make up a week, without names; none for all of it. A piece before midnight goes on with the one after it. */
export function shiftsOf(week: Week): Shift[] {
  if (week.every((spans) => spans.length === 1 && spans[0]?.[0] === 0 && spans[0][1] === DAY)) return [];
  const left = week.map((spans) => [...spans]);
  const byHours = new Map<string, Day[]>();
  const add = (day: number, from: number, to: number): void => {
    const key = `${clock(from)}-${clock(to)}`;
    byHours.set(key, [...(byHours.get(key) ?? []), DAYS[day] as Day]);
  };
  for (const [day, spans] of left.entries()) {
    const late = spans.at(-1);
    const tomorrow = left[(day + 1) % 7] ?? [];
    const early = tomorrow[0];
    if (!late || !early || late[1] !== DAY || early[0] !== 0 || late[0] === 0 || early[1] >= late[0]) continue;
    spans.pop();
    tomorrow.shift();
    add(day, late[0], early[1]);
  }
  for (const [day, spans] of left.entries()) for (const [from, to] of spans) add(day, from, to);
  return [...byHours].map(([hours, days]) => {
    const [from = "", to = ""] = hours.split("-");
    return { ...(days.length === 7 ? {} : { days: DAYS.filter((day) => days.includes(day)) }), from, to };
  });
}

const isSame = (a: Shift, b: Shift): boolean =>
  minutes(a.from) % DAY === minutes(b.from) % DAY && (minutes(a.to) || DAY) === (minutes(b.to) || DAY) && DAYS.every((day) => (a.days ?? DAYS).includes(day) === (b.days ?? DAYS).includes(day));

/** Names for a week's shifts: those that the site has already, and new ones after `stem`. */
export function named(week: Week, known: Shifts, stem: string): { names: string[]; fresh: Shifts } {
  const fresh: Record<string, Shift> = {};
  const names = shiftsOf(week).map((shift) => {
    const same = Object.keys(known).find((name) => isSame(known[name] as Shift, shift));
    if (same !== undefined) return same;
    let name = stem;
    for (let count = 2; known[name] || fresh[name]; count++) name = `${stem} ${count}`;
    fresh[name] = shift;
    return name;
  });
  return { names, fresh };
}

export const isEmpty = (week: Week): boolean => week.every((spans) => spans.length === 0);
