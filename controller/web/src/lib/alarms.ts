/** Decides which alarms a list shows, in which order, and which one stands in the strip. */
import type { Alarm, Severity } from "../api/types";

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
    .sort((a, b) => raised(b) - raised(a) || b.number - a.number);
}

/** The alarm for the strip on every page: the newest that nobody acknowledged. */
export function foremost(book: AlarmBook): Alarm | null {
  const waiting = [...book.values()].filter(calls);
  waiting.sort((a, b) => raised(b) - raised(a) || b.number - a.number);
  return waiting[0] ?? null;
}
