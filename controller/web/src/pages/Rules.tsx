/** Every rule as a sentence with its zone, and the document behind them to edit. */
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { pictureUrl } from "../api/calls";
import * as store from "../api/store";
import type { Rule, Said } from "../api/types";
import { percent } from "../lib/format";
import { words } from "../lib/preferences";
import { EXAMPLES, toDocument, type Example } from "../lib/ruleText";
import { sentence } from "../lib/said";
import { svgPoints } from "../lib/zones";
import { Icon } from "../ui/Icon";
import { Chip, Empty, Loading, SeverityMark } from "../ui/parts";
import { RuleEditor, type Draft } from "./RuleEditor";

const NAMES = Object.keys(EXAMPLES) as Example[];
const RULE_NOTICES: readonly Said["code"][] = ["camera_unknown", "rule_classes_unknown", "rule_items_unknown", "rule_ground_missing", "rule_scores_missing", "rule_regulation_unknown", "rule_zone_undrawn"];
/** What is being edited; outlives a look at another page and a session that ends. */
const draft = signal<Draft | null>(null);

export function Rules() {
  const w = words.value.rules;
  const book = store.rules.value;
  const [saved, setSaved] = useState(false);
  if (!book) return <Loading />;
  const notices = (store.system.value?.notices ?? []).filter((notice) => notice.said && RULE_NOTICES.includes(notice.said.code));
  const edit = (rules: Parameters<typeof toDocument>[0]): void => {
    draft.value = { text: toDocument(rules), version: book.version };
  };
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
          <button type="button" onClick={() => edit(book.rules)}>
            {w.edit}
          </button>
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
                <button type="button" key={name} onClick={() => edit([{ ...EXAMPLES[name], regulation: w.regulations[name] }])}>
                  {w.examples[name]}
                </button>
              ))}
            </div>
          )}
        </Empty>
      ) : (
        <ul class="rule-list">
          {store.shownRules.value.map((rule) => (
            <RuleRow key={rule.id} rule={rule} />
          ))}
        </ul>
      )}
    </div>
  );
}

function RuleRow({ rule }: { rule: Rule }) {
  const w = words.value;
  const told =
    rule.kind === "ppe_missing"
      ? w.rules.sentence.ppe_missing(rule.required, rule.zone_name, rule.persistence_s)
      : rule.kind === "zone_intrusion"
        ? w.rules.sentence.zone_intrusion(rule.classes, rule.zone_name, rule.persistence_s)
        : w.kinds.sentence[rule.kind](rule, w.kinds.where(rule.zone_name), w.kinds.who(rule.classes));
  return (
    <li class="rule" data-off={!rule.enabled || undefined}>
      <ZoneSketch rule={rule} />
      <div class="rule-body">
        <div class="card-line">
          <SeverityMark severity={rule.severity} />
          <strong>{rule.name}</strong>
          {!rule.enabled && <Chip>{w.rules.disabled}</Chip>}
        </div>
        <p class="rule-sentence">{told}</p>
        <p class="muted">
          {rule.camera ? (store.cameraNames.value.get(rule.camera) ?? rule.camera) : w.rules.everyCamera} · {w.rules.more(rule.cooldown_s, percent(rule.min_confidence))}
        </p>
        {rule.regulation && <p class="muted">{rule.regulation}</p>}
      </div>
    </li>
  );
}

/** Where in the picture the zone lies, over the newest picture that an alarm left of that camera. */
function ZoneSketch({ rule }: { rule: Rule }) {
  const w = words.value.rules;
  const seen = [...store.alarms.value.values()]
    .filter((alarm) => alarm.has_picture && (rule.camera ? alarm.camera === rule.camera : alarm.rule === rule.id))
    .sort((a, b) => b.condition_ms - a.condition_ms)[0];
  return (
    <figure class="sketch" data-seen={seen ? "" : undefined}>
      {seen && <img src={pictureUrl(seen.id)} alt="" loading="lazy" />}
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        {rule.zone && <polygon points={svgPoints(rule.zone)} />}
      </svg>
      <figcaption>
        {rule.zone ? (rule.zone_name ?? "") : (
          <>
            <Icon name="full" size={14} /> {w.whole}
          </>
        )}
      </figcaption>
    </figure>
  );
}
