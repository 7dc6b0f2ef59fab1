/** The fields that a kind of rule has, as the server's schema tells them; what is wrong stands at its field. */
import type { Rule } from "../../api/types";
import { language, words } from "../../lib/preferences";
import { asKind, bounds, has, usual, type FieldFault, type Key, type RuleFields, type RuleSchema } from "../../lib/rules/form";
import type { Shifts } from "../../lib/rules/week";
import { FieldNote } from "../../ui/Field";
import { Segments, Select } from "../../ui/parts";
import { Check } from "../messages/Switches";
import { NamesField, NumberField, TextField } from "./fields";
import { Schedule } from "./Schedule";

export type Draft = RuleFields & Pick<Rule, "kind">;
const CLASSES = ["person", "forklift", "truck", "car", "bicycle"];
const ITEMS = ["helmet", "vest", "mask", "harness"];
const VEHICLES = ["forklift", "truck", "car"];
const NUMBERS = ["dwell_s", "least", "most", "heading_deg", "tolerance_deg", "distance_m", "closing_mps", "threshold", "persistence_s"] as const;
const MORE = ["cooldown_s", "min_confidence"] as const;
export type Faults = Partial<Record<Key, string>>;

export const faultText = (fault: FieldFault): string => {
  const w = words.value.builder.fault;
  return fault.code === "needed" ? w.needed : fault.code === "long" ? w.long(fault.most) : w.range(fault.least, fault.most);
};

export interface RuleFormProps {
  schema: RuleSchema;
  rule: Draft;
  change: (next: Draft, mark: string, fresh?: Shifts) => void;
  faults: Faults;
  cameras: readonly (readonly [string, string])[];
  shifts: Shifts;
  regulations: Readonly<Record<string, Record<string, string>>>;
}

export function RuleForm({ schema, rule, change, faults, cameras, shifts, regulations }: RuleFormProps) {
  const w = words.value;
  const b = w.builder;
  const kinds = (schema.$defs.rule.properties["kind"]?.enum ?? []) as Rule["kind"][];
  const set = (more: { [K in Key]?: RuleFields[K] | undefined }, mark: string): void => {
    const said = Object.entries({ ...rule, ...more }).filter(([, value]) => value !== undefined);
    change({ ...(Object.fromEntries(said) as RuleFields), kind: rule.kind }, mark);
  };
  const shown = (key: Key): boolean => has(schema, rule.kind, key);
  const units: Partial<Record<Key, string>> = b.unit;
  const number = (key: (typeof NUMBERS)[number] | (typeof MORE)[number]) =>
    shown(key) && (
      <NumberField
        key={key}
        label={b.field[key]}
        unit={units[key] ?? ""}
        help={limits(schema, key)}
        value={rule[key] ?? (usual(schema, rule.kind, key) as number | undefined)}
        fault={faults[key]}
        change={(value) => set({ [key]: value }, key)}
      />
    );
  const names = (key: "classes" | "required" | "others", offered: readonly string[]) =>
    shown(key) && <NamesField label={b.field[key]} value={rule[key] ?? (usual(schema, rule.kind, key) as string[] | undefined) ?? []} offered={offered} fault={faults[key]} change={(value) => set({ [key]: value }, key)} />;
  const regulation = regulations[rule.regulation ?? ""];
  return (
    <div class="rule-form">
      <TextField label={b.field.name} value={rule.name ?? ""} fault={faults.name} change={(name) => set({ name }, "name")} />
      <div class="field">
        <span>{b.field.kind}</span>
        <Select label={b.field.kind} value={rule.kind} options={kinds.map((kind) => [kind, w.kind[kind]] as const)} choose={(kind) => change(asKind(schema, rule, kind), "")} />
      </div>
      <div class="field">
        <span>{b.field.camera}</span>
        <Select label={b.field.camera} value={rule.camera ?? ""} options={[["", w.rules.everyCamera], ...cameras]} choose={(camera) => set({ camera: camera || null }, "")} />
        <FieldNote fault={faults.camera} />
      </div>
      <div class="field">
        <span>{b.field.severity}</span>
        <Segments label={b.field.severity} value={rule.severity ?? "high"} options={(["low", "medium", "high", "critical"] as const).map((one) => [one, w.severity[one]] as const)} choose={(severity) => set({ severity }, "")} />
      </div>
      {names("required", ITEMS)}
      {names("classes", CLASSES)}
      {names("others", VEHICLES)}
      {shown("direction") && (
        <div class="field">
          <span>{b.field.direction}</span>
          <Segments label={b.field.direction} value={rule.direction ?? "both"} options={(["both", "left_to_right", "right_to_left"] as const).map((one) => [one, b.direction[one]] as const)} choose={(direction) => set({ direction }, "")} />
        </div>
      )}
      <div class="number-fields">{NUMBERS.map(number)}</div>
      <Schedule
        names={rule.shifts ?? []}
        known={shifts}
        stem={rule.name ?? ""}
        holidays={rule.on_holidays ?? "as usual"}
        change={(found, fresh, mark) => change({ ...rule, shifts: found }, mark ?? "", fresh)}
        changeHolidays={(on_holidays) => set({ on_holidays }, "")}
      />
      <TextField
        label={b.field.regulation}
        value={rule.regulation ?? ""}
        options={Object.keys(regulations)}
        help={regulation ? (regulation[language.value] ?? Object.values(regulation)[0]) : b.regulationHelp}
        fault={faults.regulation}
        change={(text) => set({ regulation: text || undefined }, "regulation")}
      />
      <details>
        <summary>{b.more}</summary>
        <div class="rule-form">
          <div class="number-fields">{MORE.map(number)}</div>
          <TextField label={b.field.place} value={rule.place ?? ""} help={b.placeHelp} fault={faults.place} change={(text) => set({ place: text || undefined }, "place")} />
          {shown("watch") && <Check label={b.field.watch} on={rule.watch ?? false} change={(watch) => set({ watch }, "")} />}
        </div>
      </details>
      <Check label={b.field.enabled} on={rule.enabled ?? true} change={(enabled) => set({ enabled }, "")} />
    </div>
  );
}

function limits(schema: RuleSchema, key: Key): string | undefined {
  const { least, most } = bounds(schema, key);
  return Number.isFinite(most) ? words.value.builder.between(least, most) : undefined;
}
