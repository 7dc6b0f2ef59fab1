/** What is looked through: read from the address, repeated things folded into one card, cards put into sections. */
import type { Alarm, CctvEvent } from "../api/types";
import { joinValues, valuesOf } from "./search";
import { midnight_ms, momentOf } from "./zone";

export const OF = ["all", "alarms", "events"] as const;
export const SPANS = ["1", "7", "31"] as const;
export type Span = (typeof SPANS)[number];
export interface Item {
  id: string;
  at_ms: number;
  reviewed_at: string | null;
  alarm: Alarm | null;
  event: CctvEvent | null;
}
/** Things of one kind at one place, one soon after the other; the newest first, which gives it its id. */
export interface Fold {
  id: string;
  items: readonly Item[];
}
export interface Section {
  key: string;
  day_ms: number;
  /** Null where a section is a whole day. */
  place: string | null;
  folds: readonly Fold[];
}
type Query = Readonly<Record<string, string>>;

/** What comes again within this belongs to the same card. */
export const AGAIN_MS = 600_000;
const LISTS = ["camera", "severity", "state", "class"] as const;

export const spanOf = (query: Query): Span => SPANS.find((one) => one === query["span"]) ?? "7";
/** Unreviewed only, unless it is said otherwise. */
export const leftOnly = (query: Query): boolean => query["seen"] !== "1";
export const byPlace = (query: Query): boolean => query["group"] === "place";

/** The whole span that the days are counted of: today and the days before. */
export function spanFrom(query: Query, now_ms: number): { from_ms: number; to_ms: number } {
  return { from_ms: midnight_ms(now_ms, 1 - Number(spanOf(query))), to_ms: now_ms };
}

/** What is listed: the span, or the one day of it that is chosen. */
export function listedFrom(query: Query, now_ms: number): { from_ms: number; to_ms: number } {
  const day_ms = momentOf(query["day"] ?? "");
  if (Number.isNaN(day_ms)) return spanFrom(query, now_ms);
  return { from_ms: day_ms, to_ms: Math.min(now_ms, midnight_ms(day_ms, 1)) };
}

/** The query of `/review` and `/review/days`, but for the time and the page. */
export function paramsOf(query: Query): URLSearchParams {
  const params = new URLSearchParams();
  const of = OF.find((one) => one === query["of"]);
  if (of) params.set("of", of);
  for (const field of LISTS) for (const value of valuesOf(query, field)) params.append(field, value);
  if (query["motion"] === "1") params.set("motion", "true");
  return params;
}

export const oneOf = (query: Query, field: (typeof LISTS)[number]): string => valuesOf(query, field)[0] ?? "";
export const asOne = (value: string): string | undefined => joinValues(value ? [value] : []);

/** How many of what the server has now are newer than all that is listed. */
export function freshIn(listed: readonly Item[], found: readonly Item[], leftAlone: boolean): number {
  const known = new Set(listed.map((item) => item.id));
  const newest_ms = Math.max(-Infinity, ...listed.map((item) => item.at_ms));
  return found.filter((item) => !known.has(item.id) && item.at_ms >= newest_ms && !(leftAlone && item.reviewed_at !== null)).length;
}

/** What others have marked or taken back since of what is listed: by id, whether it is reviewed now. */
export function markedSince(listed: readonly Item[], found: readonly Item[], isReviewed: (item: Item) => boolean): Map<string, boolean> {
  const now = new Map(found.map((item) => [item.id, item.reviewed_at !== null] as const));
  return new Map(listed.flatMap((item) => (now.has(item.id) && now.get(item.id) !== isReviewed(item) ? [[item.id, now.get(item.id) === true] as const] : [])));
}

/** Where a thing was: what is folded and grouped by. */
export const placeKey = ({ alarm, event }: Item): string => alarm?.place ?? alarm?.camera ?? alarm?.node ?? event?.camera ?? "";

function kindKey(item: Item): string {
  const { alarm, event } = item;
  const what = alarm ? ["alarm", alarm.rule, alarm.kind, alarm.cause, alarm.zone_name] : ["event", ...Object.keys(event?.classes ?? {}).sort()];
  return [midnight_ms(item.at_ms), placeKey(item), ...what].join("\u001f");
}

/** Folds of a list that is ordered newest first; each stands where its newest thing is. */
export function folded(items: readonly Item[]): Fold[] {
  const folds: { id: string; items: Item[] }[] = [];
  const growing = new Map<string, { id: string; items: Item[] }>();
  for (const item of items) {
    const key = kindKey(item);
    const known = growing.get(key);
    const last = known?.items.at(-1);
    if (known && last && last.at_ms - item.at_ms <= AGAIN_MS) known.items.push(item);
    else {
      const fold = { id: item.id, items: [item] };
      growing.set(key, fold);
      folds.push(fold);
    }
  }
  return folds;
}

/** Folds by day, and within the day by place where that is wanted; a section's folds stay newest first. */
export function sectioned(folds: readonly Fold[], places: boolean): Section[] {
  const found = new Map<string, { key: string; day_ms: number; place: string | null; folds: Fold[] }>();
  for (const fold of folds) {
    const [first] = fold.items;
    if (!first) continue;
    const day_ms = midnight_ms(first.at_ms);
    const place = places ? placeKey(first) : null;
    const key = `${day_ms}/${place ?? ""}`;
    const known = found.get(key);
    if (known) known.folds.push(fold);
    else found.set(key, { key, day_ms, place, folds: [fold] });
  }
  return [...found.values()].sort((a, b) => b.day_ms - a.day_ms || (a.place ?? "").localeCompare(b.place ?? ""));
}

/** The ids from one to another, both in it, in the order given; of one that is gone, the other alone. */
export function range(ids: readonly string[], from: string, to: string): readonly string[] {
  const [a, b] = [ids.indexOf(from), ids.indexOf(to)];
  if (b < 0) return [];
  return a < 0 ? [to] : ids.slice(Math.min(a, b), Math.max(a, b) + 1);
}

/** When what a preview shows begins and ends, Unix ms; null: no camera saw it. */
export function previewSpan({ alarm, event }: Item): { camera: string; from_ms: number; to_ms: number } | null {
  if (event) return { camera: event.camera, from_ms: event.start_ms, to_ms: Math.max(event.start_ms + 4000, event.end_ms ?? event.start_ms + 10_000) };
  if (!alarm?.camera) return null;
  const begin_ms = alarm.condition_ms - Math.min(6000, alarm.persistence_s * 1000 + 2000);
  return { camera: alarm.camera, from_ms: Math.round(begin_ms), to_ms: Math.round(begin_ms) + 12_000 };
}
