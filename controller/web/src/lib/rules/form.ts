/** Which fields a kind of rule has, which it needs, within which bounds: read from the schema that the server gives. Pure. */
import type { Rule } from "../../api/types";

export type RuleFields = Partial<Omit<Rule, "id" | "regulation_texts">>;
export type Key = keyof RuleFields;
interface Property {
  type?: string | readonly string[];
  enum?: readonly unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  default?: unknown;
}
interface Clause {
  if: { properties: { kind: { enum: readonly string[] } } };
  then: { required?: readonly string[]; properties?: Readonly<Record<string, Property>>; anyOf?: readonly { required: readonly string[] }[] };
}
export interface RuleSchema {
  $defs: { rule: { properties: Readonly<Record<string, Property>>; allOf: readonly Clause[] } };
}

const clauses = (schema: RuleSchema, kind: Rule["kind"]): Clause["then"][] =>
  schema.$defs.rule.allOf.filter((clause) => clause.if.properties.kind.enum.includes(kind)).map((clause) => clause.then);

const forbids = (property: Property | undefined): boolean => property?.type === "null" || (property?.enum !== undefined && property.enum.includes(null) && property.enum.length === 2);

/** Whether a rule of this kind may have the field. */
export const has = (schema: RuleSchema, kind: Rule["kind"], key: Key): boolean =>
  key in schema.$defs.rule.properties && !clauses(schema, kind).some((then) => forbids(then.properties?.[key])) && (key !== "required" || kind === "ppe_missing");

/** The fields without which a rule of this kind says nothing. */
export const needed = (schema: RuleSchema, kind: Rule["kind"]): Key[] => ["name", ...clauses(schema, kind).flatMap((then) => (then.required ?? []) as Key[])];

export interface Bounds {
  least: number;
  most: number;
  whole: boolean;
}
export function bounds(schema: RuleSchema, key: Key): Bounds {
  const { minimum = 0, maximum = Infinity, type = [] } = schema.$defs.rule.properties[key] ?? {};
  return { least: minimum, most: maximum, whole: type.includes("integer") };
}

/** What a field counts as where the rule does not say it. */
export function usual(schema: RuleSchema, kind: Rule["kind"], key: Key): unknown {
  const own = clauses(schema, kind).map((then) => then.properties?.[key]?.default).find((value) => value !== undefined);
  return own ?? schema.$defs.rule.properties[key]?.default;
}

export type FieldFault = { code: "needed" } | { code: "range"; least: number; most: number } | { code: "long"; most: number };

const isNothing = (value: unknown): boolean => value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

/** What is wrong before the server is asked, by field. */
export function faultsOf(schema: RuleSchema, rule: RuleFields & Pick<Rule, "kind">): Partial<Record<Key, FieldFault>> {
  const found: Partial<Record<Key, FieldFault>> = {};
  for (const key of Object.keys(rule) as Key[]) {
    const value = rule[key];
    const { least, most } = bounds(schema, key);
    if (typeof value === "number" && !(value >= least && value <= most)) found[key] = { code: "range", least, most };
    const longest = schema.$defs.rule.properties[key]?.maxLength;
    if (typeof value === "string" && longest !== undefined && value.length > longest) found[key] = { code: "long", most: longest };
  }
  for (const key of needed(schema, rule.kind)) if (isNothing(rule[key])) found[key] = { code: "needed" };
  if (clauses(schema, rule.kind).some((then) => then.anyOf?.every((one) => one.required.every((key) => isNothing(rule[key as Key]))))) found.most = { code: "needed" };
  return found;
}

/** The rule as another kind: what that kind cannot have is left out, and what it needs and this page can guess is put in. */
export function asKind(schema: RuleSchema, rule: RuleFields, kind: Rule["kind"]): RuleFields & Pick<Rule, "kind"> {
  const kept = Object.fromEntries(Object.entries(rule).filter(([key]) => has(schema, kind, key as Key))) as RuleFields;
  delete kept.persistence_s;
  const next: RuleFields & Pick<Rule, "kind"> = { ...kept, kind };
  const first: Partial<Record<Key, unknown>> = { required: ["helmet"], heading_deg: 0, others: ["forklift"], distance_m: 3, most: 10, direction: "both" };
  const wanted = [...needed(schema, kind), ...(kind === "occupancy" ? (["most"] as const) : []), ...(kind === "line_crossing" ? (["direction"] as const) : [])];
  for (const key of wanted) if (isNothing(next[key]) && first[key] !== undefined) Object.assign(next, { [key]: first[key] });
  if (has(schema, kind, "persistence_s")) next.persistence_s = usual(schema, kind, "persistence_s") as number;
  return next;
}
