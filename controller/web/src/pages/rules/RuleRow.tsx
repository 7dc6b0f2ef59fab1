/** One rule as a sentence with its zone, and what can be done with it. */
import { useState } from "preact/hooks";
import { pictureUrl } from "../../api/calls";
import * as store from "../../api/store";
import type { Rule } from "../../api/types";
import { percent } from "../../lib/format";
import { words } from "../../lib/preferences";
import { shiftsIn } from "../../lib/rules/book";
import { ruleSentence, weekSentence } from "../../lib/rules/sentence";
import { weekOf } from "../../lib/rules/week";
import { svgPoints } from "../../lib/zones";
import { Icon } from "../../ui/Icon";
import { Chip, Fault, SeverityMark } from "../../ui/parts";
import { DeleteRule } from "./DeleteRule";
import { save } from "./save";

export interface RowActs {
  edit: (rule: Rule) => void;
  copy: (rule: Rule) => void;
  saved: () => void;
}

export function RuleRow({ rule, acts }: { rule: Rule; acts: RowActs }) {
  const w = words.value;
  const book = store.rules.value;
  const [fault, setFault] = useState("");
  const [deleting, setDeleting] = useState(false);
  /** As it is stored: what is shown may be translated. */
  const own = book?.rules.find((one) => one.id === rule.id) ?? rule;
  const toggle = async (): Promise<void> => {
    const refused = await save({ changes: [{ base: own, mine: { ...own, enabled: !own.enabled } }] });
    setFault(refused?.text ?? "");
    if (!refused) acts.saved();
  };
  return (
    <li class="rule" data-off={!rule.enabled || undefined}>
      <Sketch rule={rule} />
      <div class="rule-body">
        <div class="card-line">
          <SeverityMark severity={rule.severity} />
          <strong>{rule.name}</strong>
          {!rule.enabled && <Chip>{w.rules.disabled}</Chip>}
        </div>
        <p class="rule-sentence">{ruleSentence(rule, w)}</p>
        <p class="muted">
          {rule.camera ? (store.cameraNames.value.get(rule.camera) ?? rule.camera) : w.rules.everyCamera}
          {rule.shifts && rule.shifts.length > 0 && book && ` · ${weekSentence(weekOf(rule.shifts, shiftsIn(book)), w)}`} · {w.rules.more(rule.cooldown_s, percent(rule.min_confidence))}
        </p>
        {rule.regulation && <p class="muted">{rule.regulation}</p>}
        {store.mayConfigure.value && (
          <div class="rule-acts">
            <button type="button" class="quiet" onClick={() => acts.edit(own)} aria-label={`${rule.name}: ${w.builder.change}`}>
              <Icon name="pencil" size={16} /> {w.builder.change}
            </button>
            <button type="button" class="quiet" onClick={() => acts.copy(own)} aria-label={`${rule.name}: ${w.builder.copy}`}>
              <Icon name="copy" size={16} /> {w.builder.copy}
            </button>
            <button type="button" class="quiet" onClick={() => void toggle()} aria-label={`${rule.name}: ${rule.enabled ? w.builder.off : w.builder.on}`}>
              <Icon name={rule.enabled ? "pause" : "play"} size={16} /> {rule.enabled ? w.builder.off : w.builder.on}
            </button>
            <button type="button" class="quiet" onClick={() => setDeleting(true)} aria-label={`${rule.name}: ${w.builder.delete}`}>
              <Icon name="trash" size={16} /> {w.builder.delete}
            </button>
          </div>
        )}
        {fault && <Fault>{fault}</Fault>}
      </div>
      {deleting && <DeleteRule rule={own} close={() => setDeleting(false)} done={acts.saved} />}
    </li>
  );
}

/** Where in the picture the zone or line lies, over the newest picture that an alarm left of that camera. */
function Sketch({ rule }: { rule: Rule }) {
  const w = words.value.rules;
  const seen = [...store.alarms.value.values()]
    .filter((alarm) => alarm.has_picture && (rule.camera ? alarm.camera === rule.camera : alarm.rule === rule.id))
    .sort((a, b) => b.condition_ms - a.condition_ms)[0];
  return (
    <figure class="sketch" data-seen={seen ? "" : undefined}>
      {seen && <img src={pictureUrl(seen.id)} alt="" loading="lazy" />}
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        {rule.zone && <polygon points={svgPoints(rule.zone)} />}
        {rule.line && <polyline points={svgPoints(rule.line)} />}
      </svg>
      <figcaption>
        {rule.zone || rule.line ? (rule.zone_name ?? "") : (
          <>
            <Icon name="full" size={14} /> {w.whole}
          </>
        )}
      </figcaption>
    </figure>
  );
}
