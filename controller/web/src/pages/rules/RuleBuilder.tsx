/** Builds one rule: its sentence as one types, its fields, its zone over the picture, and a trial before it is saved. */
import { useEffect, useState } from "preact/hooks";
import { getRegulations, getRuleSchema } from "../../api/editCalls";
import * as store from "../../api/store";
import type { Rule } from "../../api/types";
import { words } from "../../lib/preferences";
import { sharers, shiftsIn, type Change } from "../../lib/rules/book";
import { faultsOf, type Key, type RuleSchema } from "../../lib/rules/form";
import { ruleSentence, weekSentence, wholeRule } from "../../lib/rules/sentence";
import { weekOf, type Shifts } from "../../lib/rules/week";
import { plainRule } from "../../lib/ruleText";
import { faultOf, LINE, ZONE } from "../../lib/shapes/geometry";
import { GiveUp } from "../../ui/GiveUp";
import { Fault, Loading, SeverityMark } from "../../ui/parts";
import { useUnsaved } from "../../ui/useUnsaved";
import { Check } from "../messages/Switches";
import { useTop } from "../place";
import { RuleTrial } from "../RuleTrial";
import { useSteps } from "../shapes/useSteps";
import { faultText, RuleForm, type Draft, type Faults } from "./RuleForm";
import { documentOf, save, type Refusal, type Wish } from "./save";
import { ZonePart } from "./ZonePart";

/** What is being built; it outlives a look at another page. */
export interface Building {
  base: Rule | null;
  rule: Draft;
  fresh: Shifts;
  /** What it began with, to tell whether anything was changed. */
  begun: string;
}
export const textOf = ({ rule, fresh }: Pick<Building, "rule" | "fresh">): string => JSON.stringify([rule, fresh]);

export function RuleBuilder({ building, close }: { building: Building; close: (saved: boolean) => void }) {
  const w = words.value;
  const b = w.builder;
  const steps = useSteps<Pick<Building, "rule" | "fresh">>({ rule: building.rule, fresh: building.fresh });
  const { rule, fresh } = steps.now;
  const [base, setBase] = useState(building.base);
  const [schema, setSchema] = useState<RuleSchema | null>(null);
  const [regulations, setRegulations] = useState<Record<string, Record<string, string>>>({});
  const [faults, setFaults] = useState<Faults>({});
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [busy, setBusy] = useState(false);
  const [together, setTogether] = useState(true);
  useTop("builder");
  Object.assign(building, { base, rule, fresh });
  useUnsaved(() => textOf(building) !== building.begun, () => close(false));

  useEffect(() => {
    void getRuleSchema().then((answer) => answer.ok && setSchema(answer.data));
    void getRegulations().then((answer) => answer.ok && setRegulations(answer.data));
  }, []);
  useEffect(() => {
    document.querySelector<HTMLElement>(".builder [aria-invalid]")?.focus();
  }, [faults]);
  const book = store.rules.value;
  if (!schema || !book) return <Loading />;
  const shifts = { ...shiftsIn(book), ...fresh };
  const same = sharers(book.rules, base);
  const moved = same.length > 0 && JSON.stringify(base?.zone) !== JSON.stringify(rule.zone);
  const wish = (): Wish => {
    const changes: Change[] = [{ base, mine: rule }];
    if (moved && together && rule.zone) for (const one of same) changes.push({ base: one, mine: { ...one, zone: rule.zone } });
    return { changes, fresh };
  };
  /** Whether it may be sent; if not, it says why at the fields. */
  const check = (): boolean => {
    const found: Faults = {};
    for (const [key, fault] of Object.entries(faultsOf(schema, rule))) found[key as Key] = faultText(fault);
    const shape = rule.line ? faultOf(rule.line, LINE) : rule.zone ? faultOf(rule.zone, ZONE) : null;
    if (shape) found[rule.line ? "line" : "zone"] = w.shapes.fault[shape](rule.line ? 2 : 3, rule.line ? 16 : 64);
    else if ((rule.line ?? rule.zone ?? []).length > 0 && document.querySelector(".builder .shape-canvas[data-drawing]")) found[rule.line ? "line" : "zone"] = b.unfinished;
    setFaults(found);
    setRefusal(Object.keys(found).length > 0 ? { text: b.look } : null);
    return Object.keys(found).length === 0;
  };
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!check()) return;
    setBusy(true);
    const refused = await save(wish());
    setBusy(false);
    if (!refused) return close(true);
    setRefusal(refused);
    if (refused.field) setFaults({ [refused.field]: refused.text });
  };
  const read = () => {
    if (!check()) return null;
    const document = documentOf(book, wish());
    if (!("text" in document)) return document;
    setRefusal(document);
    return null;
  };
  const newest = base ? book.rules.find((one) => one.id === base.id) : undefined;
  return (
    <form class="document builder" noValidate onSubmit={(event) => void submit(event)}>
      <header class="page-head builder-head">
        <h1 class="clip-text">{base ? store.shownName(base.name) : b.fresh}</h1>
        <GiveUp label={w.rules.cancel} changed={() => textOf(building) !== building.begun} close={() => close(false)} />
        <button type="submit" class="primary" disabled={busy}>
          {w.rules.save}
        </button>
      </header>
      <div class="builder-told" role="status">
        <SeverityMark severity={rule.severity ?? "high"} />
        <p class="rule-sentence">{ruleSentence(wholeRule(rule), w)}</p>
        <p class="muted">{weekSentence(weekOf(rule.shifts ?? [], shifts), w)}</p>
      </div>
      {refusal && (
        <div class="card-line">
          <Fault>{refusal.text}</Fault>
          {refusal.changed && newest && (
            <>
              <button type="button" onClick={() => (setBase(newest), setRefusal(null))}>
                {b.mine}
              </button>
              <button type="button" onClick={() => (setBase(newest), steps.change({ rule: { ...plainRule(newest), kind: newest.kind }, fresh }), setRefusal(null))}>
                {b.theirs}
              </button>
            </>
          )}
        </div>
      )}
      <div class="builder-parts">
        <div class="builder-picture">
          <ZonePart schema={schema} base={base} rule={rule} change={(next, mark) => steps.change({ rule: next, fresh }, mark)} undo={steps.undo} redo={steps.redo} faults={faults} />
          {moved && <Check label={b.together(same.map((one) => one.name).join(", "))} on={together} change={setTogether} />}
        </div>
        <RuleForm
          schema={schema}
          rule={rule}
          change={(next, mark, added) => steps.change({ rule: next, fresh: { ...fresh, ...added } }, mark)}
          faults={faults}
          cameras={[...store.cameraNames.value]}
          shifts={shifts}
          regulations={regulations}
        />
      </div>
      <RuleTrial read={read} on={rule.camera ?? ""} usual_h={24} />
    </form>
  );
}
