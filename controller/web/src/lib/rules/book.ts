/** One person's changes laid over the newest rules, so that nobody's edit is lost. Pure. */
import type { Rule, Rules } from "../../api/types";
import { plainRule } from "../ruleText";
import type { RuleFields } from "./form";
import type { Shift } from "./week";

/** `base`: the rule as this person found it, null for a new one; `mine`: as it shall be, null to delete it. */
export interface Change {
  base: Rule | null;
  mine: RuleFields | null;
}
export type Merged = { ok: true; rules: RuleFields[] } | { ok: false; why: "changed" | "gone" | "taken"; name: string };

const text = (rule: RuleFields): string => JSON.stringify(Object.entries(plainRule(rule)).sort(([a], [b]) => (a < b ? -1 : 1)));
/** Whether two rules say the same; ids and the order of fields do not count. */
export const isSameRule = (a: RuleFields, b: RuleFields): boolean => text(a) === text(b);

/** The newest rules with the changes made; where somebody else changed the same rule meanwhile it is said which. */
export function merged(newest: readonly Rule[], changes: readonly Change[]): Merged {
  const byId = new Map(changes.filter((change) => change.base).map((change) => [change.base?.id, change] as const));
  for (const { base, mine } of byId.values()) {
    if (!base) continue;
    const now = newest.find((rule) => rule.id === base.id);
    if (!now && mine === null) continue;
    if (!now) return { ok: false, why: "gone", name: base.name };
    if (!isSameRule(now, base) && !(mine && isSameRule(now, mine))) return { ok: false, why: "changed", name: base.name };
  }
  const rules = newest.flatMap((rule): RuleFields[] => {
    const change = byId.get(rule.id);
    return change ? (change.mine ? [plainRule(change.mine)] : []) : [plainRule(rule)];
  });
  for (const { base, mine } of changes) if (!base && mine) rules.push(plainRule(mine));
  const seen = new Set<string>();
  for (const rule of rules) {
    const key = JSON.stringify([rule.name, rule.camera ?? null]);
    if (seen.has(key)) return { ok: false, why: "taken", name: rule.name ?? "" };
    seen.add(key);
  }
  return { ok: true, rules };
}

/** A table of the document (shifts, cameras) with some entries put in and those that nothing names any more taken out. */
export function table<T>(now: Readonly<Record<string, T>>, put: Readonly<Record<string, T>>, drop: readonly string[] = []): Record<string, T> {
  return Object.fromEntries(Object.entries({ ...now, ...put }).filter(([name]) => !drop.includes(name)));
}

/** Shifts that only this rule named and now names no more, and that were made for it. */
export function orphans(book: Pick<Rules, "rules">, base: Rule | null, mine: RuleFields | null): string[] {
  if (!base) return [];
  const others = new Set(book.rules.filter((rule) => rule.id !== base.id).flatMap((rule) => rule.shifts ?? []));
  return (base.shifts ?? []).filter((name) => (name === base.name || name.startsWith(`${base.name} `)) && !others.has(name) && !(mine?.shifts ?? []).includes(name));
}

/** Other rules of the same camera that have the very same zone. */
export function sharers(rules: readonly Rule[], base: Rule | null): Rule[] {
  if (!base?.zone) return [];
  const zone = JSON.stringify(base.zone);
  return rules.filter((rule) => rule.id !== base.id && rule.camera === base.camera && JSON.stringify(rule.zone) === zone);
}

/** A copy under a name that no rule of its camera has. */
export function copied(rules: readonly Rule[], rule: Rule): RuleFields {
  const taken = new Set(rules.filter((one) => one.camera === rule.camera).map((one) => one.name));
  let name = "";
  for (let count = 2; !name || taken.has(name); count++) name = `${rule.name} (${count})`;
  return { ...plainRule(rule), name };
}

export const shiftsIn = (book: Pick<Rules, "shifts">): Record<string, Shift> => (book.shifts ?? {}) as unknown as Record<string, Shift>;
