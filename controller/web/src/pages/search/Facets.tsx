/** What a search can be narrowed by; every choice stands in the address at once. */
import type { ComponentChildren } from "preact";
import * as store from "../../api/store";
import type { SearchChoices } from "../../api/types";
import { SEVERITIES } from "../../lib/alarms";
import { words } from "../../lib/preferences";
import { kindOf, spanOf, toggled, valuesOf } from "../../lib/search";
import { Segments, Select } from "../../ui/parts";

export type Change = (next: Record<string, string | undefined>) => void;
interface FacetProps {
  query: Readonly<Record<string, string>>;
  choices: SearchChoices;
  change: Change;
}

export function Facets({ query, choices, change }: FacetProps) {
  const w = words.value;
  const s = w.search;
  const pick = (field: string, options: readonly (readonly [string, string])[], label: string): ComponentChildren =>
    options.length > 0 && (
      <Picks label={label} options={options} chosen={valuesOf(query, field)} toggle={(value) => change({ [field]: toggled(query, field, value) })} />
    );
  const cameras = (store.cameras.value ?? []).map((camera) => [camera.id, camera.name || camera.id] as const);
  const own = (names: readonly string[]): (readonly [string, string])[] => names.map((name) => [name, store.shownName(name)]);
  return (
    <>
      <Time query={query} change={change} />
      {pick("camera", cameras, s.camera)}
      {kindOf(query) === "alarms" ? (
        <>
          <Typed name="text" label={s.text} value={query["text"] ?? ""} change={change} help={s.textHelp} />
          {pick("severity", SEVERITIES.map((one) => [one, w.severity[one]] as const), s.severity)}
          {pick("state", Object.entries(w.alarmState), s.state)}
          {pick("assessment", Object.entries(w.assessment), s.assessment)}
          {pick("rule", own(choices.rules), s.rule)}
          {pick("zone", own(choices.zones), s.zone)}
          {pick("kind", Object.entries(w.kind), s.kind)}
        </>
      ) : (
        <>
          {pick("class", choices.classes.map((name) => [name, w.className(name)] as const), s.class)}
          <div class="facet">
            <span class="facet-name">{s.alarmed}</span>
            <Select
              label={s.alarmed}
              value={query["alarmed"] ?? ""}
              options={[["", s.alarmedAny], ["true", s.alarmedYes], ["false", s.alarmedNo]]}
              choose={(alarmed) => change({ alarmed })}
            />
          </div>
        </>
      )}
      <Typed name="least_s" label={s.least} value={query["least_s"] ?? ""} change={change} type="number" />
    </>
  );
}

export function Time({ query, change }: { query: Readonly<Record<string, string>>; change: Change }) {
  const s = words.value.search;
  const span = spanOf(query);
  return (
    <fieldset class="facet">
      <legend class="facet-name">{s.spanLabel}</legend>
      <Segments label={s.spanLabel} value={span} options={Object.entries(s.span) as [typeof span, string][]} choose={(next) => change({ span: next === "744" ? undefined : next })} />
      {span === "own" && (
        <div class="facet-pair">
          <Typed name="from" label={s.from} value={query["from"] ?? ""} change={change} type="date" />
          <Typed name="to" label={s.to} value={query["to"] ?? ""} change={change} type="date" />
        </div>
      )}
      <div class="facet-pair">
        <Typed name="begin" label={`${s.hours}: ${s.begin}`} value={query["begin"] ?? ""} change={change} type="time" />
        <Typed name="end" label={s.end} value={query["end"] ?? ""} change={change} type="time" />
      </div>
      <p class="muted field-help">{s.hoursHelp}</p>
    </fieldset>
  );
}

/** An input that searches when it is left or Enter is pressed, and not with every letter. */
function Typed(props: { name: string; label: string; value: string; change: Change; type?: "text" | "number" | "date" | "time"; help?: string }) {
  return (
    <label class="facet">
      <span class="facet-name">{props.label}</span>
      <input
        key={props.value}
        name={props.name}
        type={(props.type ?? "text") as "text"}
        defaultValue={props.value}
        min={props.type === "number" ? 0 : undefined}
        max={props.type === "number" ? 86_400 : undefined}
        maxLength={100}
        autocomplete="off"
        onChange={(event) => event.currentTarget.checkValidity() && props.change({ [props.name]: event.currentTarget.value.trim() || undefined })}
      />
      {props.help && <span class="muted field-help">{props.help}</span>}
    </label>
  );
}

function Picks(props: { label: string; options: readonly (readonly [string, string])[]; chosen: readonly string[]; toggle: (value: string) => void }) {
  return (
    <details class="facet" open={props.chosen.length > 0 || props.options.length <= 6}>
      <summary class="facet-name">
        {props.label}
        {props.chosen.length > 0 && <span class="muted"> ({props.chosen.length})</span>}
      </summary>
      <div class="picks" role="group" aria-label={props.label}>
        {props.options.map(([value, text]) => (
          <button type="button" class="pick" key={value} aria-pressed={props.chosen.includes(value)} onClick={() => props.toggle(value)}>
            {text}
          </button>
        ))}
      </div>
    </details>
  );
}
