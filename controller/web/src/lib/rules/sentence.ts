/** A rule in one plain sentence, and when it holds in another. Pure. */
import type { Rule } from "../../api/types";
import type { Words } from "../words/ko";
import type { RuleFields } from "./form";
import { DAYS, shiftsOf, type Shift, type Week } from "./week";

const BLANK = { id: "", name: "", camera: null, classes: ["person"], required: [], zone: null, zone_name: null, persistence_s: 2, cooldown_s: 15, severity: "high", min_confidence: 0.5, regulation: "", enabled: true } as const;

/** The whole rule of fields that a person has given so far. */
export const wholeRule = (rule: RuleFields & Pick<Rule, "kind">): Rule => ({ ...BLANK, classes: [...BLANK.classes], required: [], ...rule });

export function ruleSentence(rule: Rule, w: Words): string {
  const zone = rule.zone ? (rule.zone_name ?? w.builder.thisZone) : rule.zone_name;
  if (rule.kind === "ppe_missing") return w.rules.sentence.ppe_missing(rule.required, zone, rule.persistence_s);
  if (rule.kind === "zone_intrusion") return w.rules.sentence.zone_intrusion(rule.classes, zone, rule.persistence_s);
  return w.kinds.sentence[rule.kind](rule, w.kinds.where(zone), w.kinds.who(rule.classes));
}

function days(shift: Shift, w: Words): string {
  const of = shift.days ?? DAYS;
  if (of.length === 7) return w.builder.everyDay;
  const numbers = of.map((day) => DAYS.indexOf(day));
  const [first = 0, last = 0] = [numbers[0], numbers.at(-1)];
  if (of.length > 2 && last - first === of.length - 1) return `${w.builder.day[DAYS[first] as "mon"]}–${w.builder.day[DAYS[last] as "mon"]}`;
  return of.map((day) => w.builder.day[day]).join(" ");
}

/** Such as "Mon–Fri 22:00–06:00". */
export function weekSentence(week: Week, w: Words): string {
  const shifts = shiftsOf(week);
  if (shifts.length === 0) return w.builder.always;
  return shifts.map((shift) => `${days(shift, w)} ${shift.from}–${shift.to}`).join(", ");
}
