/** What a search asks, as its address holds it and as the server is asked. */
import { midnight_ms, momentOf } from "./zone";

export const KINDS = ["alarms", "events", "motion"] as const;
export type SearchKind = (typeof KINDS)[number];
/** How far back: hours; an own span has dates. */
export const SPANS = ["24", "168", "744", "own"] as const;
export type SpanChoice = (typeof SPANS)[number];
/** What may be given several times, by kind of search. */
export const LISTS = {
  alarms: ["camera", "severity", "state", "kind", "rule", "zone", "assessment"],
  events: ["camera", "class"],
  motion: [],
} as const;
type Query = Readonly<Record<string, string>>;
const HOUR_MS = 3_600_000;
const SEPARATOR = "\u001f";

export const kindOf = (query: Query): SearchKind => KINDS.find((kind) => kind === query["of"]) ?? "alarms";
export const spanOf = (query: Query): SpanChoice => SPANS.find((span) => span === query["span"]) ?? "744";
/** The values of a field that may be given several times. */
export const valuesOf = (query: Query, field: string): readonly string[] => (query[field] ?? "").split(SEPARATOR).filter(Boolean);
export const joinValues = (values: readonly string[]): string | undefined => (values.length > 0 ? values.join(SEPARATOR) : undefined);

/** The field with a value put in or taken out. */
export function toggled(query: Query, field: string, value: string): string | undefined {
  const values = valuesOf(query, field);
  return joinValues(values.includes(value) ? values.filter((one) => one !== value) : [...values, value]);
}

/** The span that is meant; open where nothing, or nothing useful, is given. */
export function spanFrom(query: Query, now_ms: number): { from_ms?: number; to_ms?: number } {
  const choice = spanOf(query);
  if (choice !== "own") return { from_ms: now_ms - Number(choice) * HOUR_MS, to_ms: now_ms };
  const from_ms = momentOf(query["from"] ?? "");
  const last_ms = momentOf(query["to"] ?? "");
  return { ...(Number.isNaN(from_ms) ? {} : { from_ms }), ...(Number.isNaN(last_ms) ? {} : { to_ms: midnight_ms(last_ms, 1) }) };
}

/** The query of `/search/…`; the page's own fields stay behind. */
export function paramsOf(query: Query, now_ms: number, cursor: string | null, limit: number): URLSearchParams {
  const kind = kindOf(query);
  const params = new URLSearchParams({ limit: String(limit) });
  for (const field of LISTS[kind]) for (const value of valuesOf(query, field)) params.append(field, value);
  if (kind === "alarms" && query["text"]) params.set("text", query["text"]);
  if (kind === "events" && query["alarmed"]) params.set("alarmed", query["alarmed"]);
  if (query["least_s"]) params.set("least_s", query["least_s"]);
  if (query["begin"] && query["end"]) params.set("hours", `${query["begin"]}-${query["end"]}`);
  for (const [name, at_ms] of Object.entries(spanFrom(query, now_ms))) params.set(name, String(Math.round(at_ms)));
  if (cursor) params.set("cursor", cursor);
  return params;
}

/** Whether two addresses ask the same. */
export function sameSearch(one: Query, other: Query): boolean {
  const given = (query: Query): string => JSON.stringify(Object.entries(query).filter(([, value]) => value).sort());
  return given(one) === given(other);
}

/** How many things narrow the search, beside its span. */
export function narrowedBy(query: Query): number {
  const kind = kindOf(query);
  const single = [kind === "alarms" ? "text" : "alarmed", "least_s"].filter((field) => query[field]).length;
  return LISTS[kind].filter((field) => query[field]).length + single + (query["begin"] && query["end"] ? 1 : 0);
}
