/** Every rule as a sentence with its zone; a builder for each, and the document behind them to edit. */
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import * as store from "../api/store";
import type { Rule, Said } from "../api/types";
import { words } from "../lib/preferences";
import { copied } from "../lib/rules/book";
import type { RuleFields } from "../lib/rules/form";
import { EXAMPLES, plainRule, toDocument, type Example } from "../lib/ruleText";
import { sentence } from "../lib/said";
import { Icon } from "../ui/Icon";
import { Empty, Loading } from "../ui/parts";
import { RuleEditor, type Draft } from "./RuleEditor";
import { RuleBuilder, textOf, type Building } from "./rules/RuleBuilder";
import { RuleRow } from "./rules/RuleRow";

const NAMES = Object.keys(EXAMPLES) as Example[];
const RULE_NOTICES: readonly Said["code"][] = ["camera_unknown", "rule_classes_unknown", "rule_items_unknown", "rule_ground_missing", "rule_scores_missing", "rule_regulation_unknown", "rule_zone_undrawn"];
/** What is being edited; outlives a look at another page and a session that ends. */
const draft = signal<Draft | null>(null);
const building = signal<Building | null>(null);

const build = (base: Rule | null, rule: RuleFields): void => {
  const begun = { rule: { ...rule, kind: rule.kind ?? "zone_intrusion" }, fresh: {} };
  building.value = { base, ...begun, begun: textOf(begun) };
};
/** Begin a new rule for a camera, from wherever its picture is shown. */
export const buildFor = (camera: string): void => build(null, { camera, classes: ["person"], zone: [] });

export function Rules() {
  const w = words.value.rules;
  const book = store.rules.value;
  const [saved, setSaved] = useState(false);
  if (!book) return <Loading />;
  const notices = (store.system.value?.notices ?? []).filter((notice) => notice.said && RULE_NOTICES.includes(notice.said.code));
  if (building.value !== null && store.mayConfigure.value)
    return (
      <RuleBuilder
        building={building.value}
        close={(stored) => {
          building.value = null;
          setSaved(stored);
        }}
      />
    );
  if (draft.value !== null && store.mayConfigure.value)
    return (
      <RuleEditor
        draft={draft.value}
        close={(stored) => {
          draft.value = null;
          setSaved(stored);
        }}
      />
    );
  const acts = { edit: (rule: Rule) => build(rule, plainRule(rule)), copy: (rule: Rule) => build(null, copied(book.rules, rule)), saved: () => setSaved(true) };
  return (
    <div class="document">
      <header class="page-head">
        <h1>{w.title}</h1>
        <span class="muted">{w.version(book.version)}</span>
        <span class="muted" role="status">
          {saved && w.saved}
        </span>
        <span class="push" />
        {store.mayConfigure.value ? (
          <>
            <button
              type="button"
              onClick={() => {
                const text = toDocument(book.rules);
                draft.value = { text, begun: text, version: book.version };
              }}
            >
              {w.edit}
            </button>
            <button type="button" class="primary" onClick={() => build(null, { classes: ["person"] })}>
              <Icon name="plus" size={16} /> {words.value.builder.fresh}
            </button>
          </>
        ) : (
          <span class="muted">{w.adminOnly}</span>
        )}
      </header>
      {notices.length > 0 && (
        <ul class="notices">
          {notices.map((notice) => (
            <li key={notice.text}>
              <Icon name="medium" size={16} /> {sentence(notice.said, notice.text, words.value)}
            </li>
          ))}
        </ul>
      )}
      {book.rules.length === 0 ? (
        <Empty icon="rules" title={w.empty} help={w.emptyHelp}>
          {store.mayConfigure.value && (
            <div class="stack">
              {NAMES.map((name) => (
                <button type="button" key={name} onClick={() => build(null, { ...(EXAMPLES[name] as RuleFields), regulation: w.regulations[name] })}>
                  {w.examples[name]}
                </button>
              ))}
            </div>
          )}
        </Empty>
      ) : (
        <ul class="rule-list">
          {store.shownRules.value.map((rule) => (
            <RuleRow key={rule.id} rule={rule} acts={acts} />
          ))}
        </ul>
      )}
    </div>
  );
}
