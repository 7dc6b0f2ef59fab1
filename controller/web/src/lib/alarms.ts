/** Decides which alarms a list shows, in which order, and which one stands in the strip. */
import type { Alarm, Rule, Severity } from "../api/types";

export const SEVERITIES: readonly Severity[] = ["critical", "high", "medium", "low"];
export const STATES = ["open", "raised", "acknowledged", "in_action", "shelved", "resolved", "all"] as const;
export type StateFilter = (typeof STATES)[number];
export interface AlarmFilter {
  state: StateFilter;
  camera: string;
  severity: string;
}
export type AlarmBook = ReadonlyMap<string, Alarm>;

export const isOpen = (alarm: Alarm): boolean => alarm.state !== "resolved";
export const isUnacknowledged = (alarm: Alarm): boolean => alarm.state === "raised";
export const isShelved = (alarm: Alarm): boolean => typeof alarm.shelved_until === "string";
/** Whether an alarm is told to nobody: shelved, under maintenance. */
export const isQuiet = (alarm: Alarm): boolean => alarm.suppressed || isShelved(alarm);
/** Whether an alarm waits for somebody. */
export const calls = (alarm: Alarm): boolean => isUnacknowledged(alarm) && !isQuiet(alarm);
/** Whether a camera saw what an alarm is about, first or later. */
export const seenBy = (alarm: Alarm, camera: string): boolean => alarm.camera === camera || alarm.cameras.includes(camera);

/** The filter that an address names; what it does not know is taken as unset. */
export function filterFrom(query: Readonly<Record<string, string>>): AlarmFilter {
  return {
    state: STATES.find((state) => state === query["state"]) ?? "open",
    camera: query["camera"] ?? "",
    severity: SEVERITIES.find((severity) => severity === query["severity"]) ?? "",
  };
}

/** An alarm as a server before an update told it, with what it did not know of yet. */
export const whole = (alarm: Alarm): Alarm => ({ ...{ cameras: alarm.camera ? [alarm.camera] : [], escalation_level: 0, suppressed: false }, ...alarm });

/** Replace alarms by id; an older revision never replaces a newer one. */
export function put(book: AlarmBook, alarms: readonly Alarm[]): AlarmBook {
  const next = new Map(book);
  for (const alarm of alarms) {
    const known = next.get(alarm.id);
    if (!known || known.rev <= alarm.rev) next.set(alarm.id, whole(alarm));
  }
  return next;
}

/**
 * The book after the server told what is open, newest first, `all` of it or a page. What was open in the book of `before`, and would stand in
 * that list, was resolved while nobody told us. What came since is not missed in a list that was made before.
 */
export function settle(book: AlarmBook, before: AlarmBook, open: readonly Alarm[], all: boolean): AlarmBook {
  const named = new Set(open.map((alarm) => alarm.id));
  const last = open.at(-1);
  const over = (alarm: Alarm): boolean =>
    isOpen(alarm) && before.get(alarm.id) === alarm && !named.has(alarm.id) && (all || (last !== undefined && newest(alarm, last) < 0));
  return put(new Map([...book].filter(([, alarm]) => !over(alarm))), open);
}

const raised = (alarm: Alarm): number => Date.parse(alarm.raised_at);

function isIn(state: StateFilter, alarm: Alarm): boolean {
  if (state === "all") return true;
  if (state === "open") return isOpen(alarm);
  return state === "shelved" ? isOpen(alarm) && isShelved(alarm) : alarm.state === state;
}

/** The alarms that pass the filter, newest first. */
export function select(book: AlarmBook, filter: AlarmFilter): Alarm[] {
  return [...book.values()]
    .filter((alarm) => {
      return isIn(filter.state, alarm) && (!filter.camera || seenBy(alarm, filter.camera)) && (!filter.severity || alarm.severity === filter.severity);
    })
    .sort(newest);
}

const newest = (a: Alarm, b: Alarm): number => raised(b) - raised(a) || b.number - a.number;
/** How grave a severity is: the lower, the graver. */
const rank = (alarm: Alarm): number => SEVERITIES.indexOf(alarm.severity);

/** The alarm for the strip on every page: the newest that nobody acknowledged. */
export function foremost(book: AlarmBook): Alarm | null {
  return [...book.values()].filter(calls).sort(newest)[0] ?? null;
}

/** What waits and is graver than the newest, for the strip to point at; null where the newest is the gravest. */
export function graver(book: AlarmBook): Alarm | null {
  const [first, worst] = [foremost(book), gravest([...book.values()].filter(calls))];
  return first && worst && rank(worst) < rank(first) ? worst : null;
}

/** The one of several that a single place shows: what waits before what somebody has, then the gravest, then the newest. */
export function gravest(alarms: readonly Alarm[]): Alarm | null {
  return [...alarms].sort((a, b) => Number(calls(b)) - Number(calls(a)) || rank(a) - rank(b) || newest(a, b))[0] ?? null;
}

/** Whether an alarm is of this rule, also where the rule was stored anew under another id. */
export const isOf = (alarm: Alarm, rule: Pick<Rule, "id" | "name">): boolean => alarm.rule === rule.id || alarm.rule_name === rule.name;
