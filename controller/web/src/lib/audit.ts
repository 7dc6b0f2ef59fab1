/** What of the audit is asked for, from the address of the page; and what its entries say. */
import { bytes, dateTime } from "./format";
import { momentOf } from "./zone";

/** Verbs that belong together, by the first part or whole. */
export const GROUPS = {
  views: ["live.view", "live.listen", "footage.view", "clip.view", "derived.view", "unmask."],
  access: ["login", "login.", "logout", "password.", "session.", "factor.", "key."],
  alarms: ["alarm.", "draft.", "enrich.", "maintenance."],
  evidence: ["export.", "hold.", "footage.request", "footage.delete", "footage.deleted", "retention.", "archive.", "export_target."],
  rules: ["rules.", "model."],
  nodes: ["node.", "camera.", "release."],
  people: ["user."],
  messages: ["destination.", "subscription.", "quiet."],
  other: ["layout.", "privacy.", "way.", "audit.", "ledger.", "backup.", "database.", "fsck.", "scrub.", "feature."],
} as const;
export type Group = keyof typeof GROUPS;
export const isGroup = (name: string | undefined): name is Group => name !== undefined && Object.hasOwn(GROUPS, name);

const DAY_MS = 86_400_000;
const iso = (at_ms: number): string => new Date(at_ms).toISOString();

/** The query of `/audit`; days are the site's, and the last one counts whole. */
export function auditParams(query: Readonly<Record<string, string | undefined>>): URLSearchParams {
  const asked = new URLSearchParams();
  for (const name of ["who", "subject", "address"] as const) if (query[name]) asked.set(name, query[name]);
  if (isGroup(query["group"])) for (const verb of GROUPS[query["group"]]) asked.append("what", verb);
  const [from_ms, to_ms] = [momentOf(query["from"] ?? ""), momentOf(query["to"] ?? "")];
  if (Number.isFinite(from_ms)) asked.set("from", iso(from_ms));
  if (Number.isFinite(to_ms)) asked.set("to", iso(to_ms + DAY_MS));
  return asked;
}

type Fields = Readonly<Record<string, unknown>>;
const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
/** Milliseconds below this are a length of time, not a moment. */
const MOMENTS_FROM_MS = 100_000_000_000;
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** A field of an entry as people read it; `exact`: what stands there, where that is something else. */
export interface DetailLine {
  text: string;
  exact: string;
}

/** The moment that a field tells, or null. */
function momentIn(name: string, value: unknown): number | null {
  if (typeof value === "number" && name.endsWith("_ms") && value >= MOMENTS_FROM_MS) return value;
  if (typeof value === "string" && ISO_TIME.test(value)) return Date.parse(value);
  return null;
}

function told(name: string, value: unknown): string {
  if (isEmpty(value)) return "–";
  const at_ms = momentIn(name, value);
  if (at_ms !== null) return dateTime(at_ms);
  if (typeof value === "number" && /(^|_)bytes$/.test(name)) return bytes(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const exactly = (name: string, value: unknown): string => {
  const at_ms = momentIn(name, value);
  return at_ms === null ? (told(name, value) === String(value) || typeof value !== "number" ? "" : String(value)) : iso(at_ms);
};
/** Moments are called by what they are of: their unit is gone. */
const called = (name: string, ...values: readonly unknown[]): string => (values.some((value) => momentIn(name, value) !== null) ? name.replace(/_(ms|at)$/, "") : name);

/** An entry's detail as words: `name: value`, nothing for what is empty; of what was changed, `name: before → after`. */
export function detailLines(detail: Fields): DetailLine[] {
  const { before, after, ...rest } = detail;
  const line = (name: string, value: unknown): DetailLine => ({ text: `${called(name, value)}: ${told(name, value)}`, exact: exactly(name, value) });
  const change = (name: string, was: unknown, now: unknown): DetailLine => ({
    text: `${called(name, was, now)}: ${told(name, was)} → ${told(name, now)}`,
    exact: [exactly(name, was), exactly(name, now)].filter(Boolean).join(" → "),
  });
  const lines = Object.entries(rest)
    .filter(([, value]) => !isEmpty(value))
    .map(([name, value]) => line(name, value));
  if (isFields(before) || isFields(after)) {
    const [was, now] = [isFields(before) ? before : {}, isFields(after) ? after : {}];
    const names = [...new Set([...Object.keys(was), ...Object.keys(now)])].filter((name) => !(isEmpty(was[name]) && isEmpty(now[name])));
    return [...lines, ...names.map((name) => change(name, was[name], now[name]))];
  }
  return isEmpty(before) && isEmpty(after) ? lines : [...lines, { text: `${told("", before)} → ${told("", after)}`, exact: "" }];
}
