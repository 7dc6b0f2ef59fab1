/** The rules as the document a person edits, and where its errors are. */
import type { Rule } from "../api/types";
import { faultOffset } from "./json";

type RuleFields = Partial<Omit<Rule, "id">>;
const KEYS = [
  "name", "kind", "camera", "classes", "required", "zone_name", "zone", "persistence_s", "cooldown_s",
  "severity", "min_confidence", "regulation", "enabled", "place", "shifts", "on_holidays", "watch", "line", "direction",
  "heading_deg", "tolerance_deg", "dwell_s", "least", "most", "others", "distance_m", "closing_mps", "threshold",
] as const satisfies readonly (keyof RuleFields)[];

/** A rule as a rule file has it: without its id, unset fields left out. */
export function plainRule(rule: RuleFields): RuleFields {
  const entries = KEYS.map((key) => [key, rule[key]] as const).filter(
    ([, value]) => value !== null && value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(entries) as RuleFields;
}

/** The rules as JSON, each point of a zone on the zone's line. */
export function toDocument(rules: readonly RuleFields[]): string {
  const text = JSON.stringify({ rules: rules.map(plainRule) }, null, 2);
  return text.replace(/\[\s+([^[\]{}]*?)\s+\]/g, (_all, inner: string) => `[${inner.replace(/\s+/g, " ")}]`);
}

export type Parsed = { ok: true; rules: unknown[] } | { ok: false; line: number; fault: "syntax" | "list" };

/** Read the document; a fault names its line. */
export function fromDocument(text: string): Parsed {
  try {
    const document: unknown = JSON.parse(text);
    const rules = typeof document === "object" && document !== null && "rules" in document ? document.rules : document;
    return Array.isArray(rules) ? { ok: true, rules } : { ok: false, line: 1, fault: "list" };
  } catch {
    return { ok: false, line: lineOf(text, faultOffset(text) ?? text.length), fault: "syntax" };
  }
}

const lineOf = (text: string, position: number): number => text.slice(0, position).split("\n").length;

/** Where a path such as `rules[1].colour` stands in the document, as a range of characters; null when it cannot be found. */
export function locate(text: string, path: string): { from: number; to: number } | null {
  const match = /rules\[(\d+)\](?:\.([A-Za-z_]\w*))?/.exec(path);
  if (!match) return null;
  let at = text.indexOf("[", text.indexOf('"rules"'));
  let depth = 0;
  let index = -1;
  let quoted = false;
  for (at += 1; at < text.length; at++) {
    const letter = text[at];
    if (letter === '"' && text[at - 1] !== "\\") quoted = !quoted;
    if (quoted) continue;
    if (letter === "{" && depth++ === 0 && ++index === Number(match[1])) break;
    if (letter === "}") depth--;
  }
  if (at >= text.length) return null;
  const key = match[2];
  if (!key) return { from: at, to: at + 1 };
  const from = text.indexOf(`"${key}"`, at);
  return from < 0 ? { from: at, to: at + 1 } : { from, to: from + key.length + 2 };
}

/** Three rules to begin with: a yard, a gate, a workshop. Their zones must be fitted to the site. */
export const EXAMPLES = {
  yard: { name: "yard", kind: "zone_intrusion", classes: ["person"], zone_name: "yard", zone: [[0.1, 0.5], [0.9, 0.5], [0.9, 0.95], [0.1, 0.95]], persistence_s: 2, cooldown_s: 15, severity: "high" },
  gate: { name: "gate", kind: "ppe_missing", required: ["helmet"], persistence_s: 2, cooldown_s: 15, severity: "high" },
  workshop: { name: "workshop", kind: "ppe_missing", required: ["helmet", "vest"], persistence_s: 2, cooldown_s: 15, severity: "critical" },
} satisfies Record<string, RuleFields>;
export type Example = keyof typeof EXAMPLES;
