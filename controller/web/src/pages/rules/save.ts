/** Puts a person's changes into the rules in force: over the newest version, and never over what somebody else did meanwhile. */
import { getRules } from "../../api/calls";
import { putBook, type RuleDocument } from "../../api/editCalls";
import * as store from "../../api/store";
import type { Rules } from "../../api/types";
import { words } from "../../lib/preferences";
import { merged, orphans, shiftsIn, table, type Change } from "../../lib/rules/book";
import type { RuleFields } from "../../lib/rules/form";
import type { Shifts } from "../../lib/rules/week";
import { explain } from "../actions";

const CONFLICT = 409;
const TRIES = 4;

export interface Refusal {
  text: string;
  /** The field of the first change's rule that is wrong. */
  field?: string;
  /** Somebody else changed this rule first. */
  changed?: boolean;
}
export type Wish = { changes: readonly Change[]; fresh?: Shifts };

/** The document that a wish comes to over these rules. */
export function documentOf(book: Rules, { changes, fresh = {} }: Wish): RuleDocument | Refusal {
  const found = merged(book.rules, changes);
  if (!found.ok) return { text: words.value.builder.refused[found.why](found.name), changed: found.why === "changed" };
  const dropped = changes.flatMap(({ base, mine }) => orphans(book, base, mine));
  const used = new Set(found.rules.flatMap((rule) => rule.shifts ?? []));
  const added = Object.fromEntries(Object.entries(fresh).filter(([name]) => used.has(name)));
  const shifts = Object.keys(added).length > 0 || dropped.length > 0 ? { shifts: table(shiftsIn(book), added, dropped) } : {};
  return { rules: found.rules, ...shifts };
}

/** Null when it is saved. */
export async function save(wish: Wish): Promise<Refusal | null> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const book = store.rules.value;
    if (!book) break;
    const document = documentOf(book, wish);
    if ("text" in document) return document;
    const answer = await putBook(book.version, document);
    if (answer.ok) {
      store.rules.value = answer.data;
      return null;
    }
    if (answer.problem.status !== CONFLICT) return atField(document, wish.changes[0]?.mine ?? null, answer.problem.field ?? null, explain(answer.problem));
    const newest = await getRules();
    if (newest.ok) store.rules.value = newest.data;
  }
  return { text: words.value.rules.conflict };
}

/** Such as `rules[3].zone[1]`: at the field `zone` where the fourth rule is the one that is edited. */
function atField({ rules }: RuleDocument, mine: RuleFields | null, field: string | null, text: string): Refusal {
  const [, index, key] = /^rules\[(\d+)\]\.(\w+)/.exec(field ?? "") ?? [];
  const rule = rules[Number(index ?? -1)] as RuleFields | undefined;
  if (!rule) return { text: field ? words.value.rules.field(field, text) : text };
  const own = mine !== null && rule.name === mine.name && (rule.camera ?? null) === (mine.camera ?? null);
  return own && key ? { text, field: key } : { text: words.value.rules.field(rule.name ?? field ?? "", text) };
}
