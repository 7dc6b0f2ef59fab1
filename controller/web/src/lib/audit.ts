/** What of the audit is asked for, from the address of the page; and what its entries say. */
import { momentOf } from "./zone";

/** Verbs that belong together, by the first part or whole. */
export const GROUPS = {
  views: ["live.view", "live.listen", "footage.view", "clip.view", "derived.view", "unmask."],
  access: ["login", "login.", "logout", "password.", "session.", "factor.", "key."],
  alarms: ["alarm.", "draft.", "enrich.", "maintenance."],
  evidence: ["export.", "hold.", "footage.request", "footage.delete", "footage.deleted", "retention.", "archive.", "export_target."],
  rules: ["rules.", "model."],
  nodes: ["node.", "camera."],
  people: ["user."],
  messages: ["destination.", "subscription.", "quiet."],
  other: ["layout.", "privacy.", "way.", "audit.", "ledger."],
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
const told = (value: unknown): string => (isEmpty(value) ? "–" : typeof value === "object" ? JSON.stringify(value) : String(value));

/** An entry's detail as words: `name: value`, nothing for what is empty; of what was changed, `name: before → after`. */
export function detailLines(detail: Fields): string[] {
  const { before, after, ...rest } = detail;
  const lines = Object.entries(rest)
    .filter(([, value]) => !isEmpty(value))
    .map(([name, value]) => `${name}: ${told(value)}`);
  if (isFields(before) || isFields(after)) {
    const [was, now] = [isFields(before) ? before : {}, isFields(after) ? after : {}];
    const names = [...new Set([...Object.keys(was), ...Object.keys(now)])].filter((name) => !(isEmpty(was[name]) && isEmpty(now[name])));
    return [...lines, ...names.map((name) => `${name}: ${told(was[name])} → ${told(now[name])}`)];
  }
  return isEmpty(before) && isEmpty(after) ? lines : [...lines, `${told(before)} → ${told(after)}`];
}
