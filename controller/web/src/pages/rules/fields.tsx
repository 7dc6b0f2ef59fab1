/** Inputs of the rule builder: a text, a number, one or some of several; each follows undo. */
import { useId, useState } from "preact/hooks";
import { words } from "../../lib/preferences";
import { FieldNote } from "../../ui/Field";

interface Common {
  label: string;
  help?: string | undefined;
  fault?: string | undefined;
}

export function TextField(props: Common & { value: string; change: (text: string) => void; options?: readonly string[] }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        type="text"
        value={props.value}
        list={props.options ? `${id}-options` : undefined}
        autocomplete="off"
        spellcheck={false}
        aria-invalid={props.fault ? true : undefined}
        aria-describedby={`${id}-note`}
        onInput={(event) => props.change(event.currentTarget.value)}
      />
      {props.options && (
        <datalist id={`${id}-options`}>
          {props.options.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
      <FieldNote id={`${id}-note`} help={props.help} fault={props.fault} />
    </div>
  );
}

const parsed = (text: string): number | undefined => {
  const value = Number(text.trim().replace(",", "."));
  return text.trim() === "" || Number.isNaN(value) ? undefined : value;
};

export function NumberField(props: Common & { unit: string; value: number | null | undefined; change: (value: number | undefined) => void }) {
  const id = useId();
  const [text, setText] = useState("");
  const value = props.value ?? undefined;
  const shown = parsed(text) === value && text !== "" ? text : (value?.toString() ?? "");
  return (
    <div class="field number-field">
      <label for={id}>{props.label}</label>
      <span class="with-unit">
        <input
          id={id}
          type="text"
          inputMode="decimal"
          value={shown}
          autocomplete="off"
          aria-invalid={props.fault ? true : undefined}
          aria-describedby={`${id}-note`}
          onInput={(event) => {
            setText(event.currentTarget.value);
            props.change(parsed(event.currentTarget.value));
          }}
        />
        <span class="muted">{props.unit}</span>
      </span>
      <FieldNote id={`${id}-note`} help={props.help} fault={props.fault} />
    </div>
  );
}

/** Some of the names offered, and others that a person types. */
export function NamesField(props: Common & { value: readonly string[]; offered: readonly string[]; change: (names: string[]) => void }) {
  const w = words.value;
  const [other, setOther] = useState("");
  const all = [...new Set([...props.offered, ...props.value])];
  const toggle = (name: string): void => props.change(props.value.includes(name) ? props.value.filter((one) => one !== name) : [...props.value, name]);
  const add = (): void => {
    const name = other.trim();
    if (name && !props.value.includes(name)) props.change([...props.value, name]);
    setOther("");
  };
  return (
    <fieldset class="field names">
      <legend>{props.label}</legend>
      <div class="name-chips">
        {all.map((name) => (
          <button type="button" key={name} aria-pressed={props.value.includes(name)} onClick={() => toggle(name)}>
            {w.className(name)}
          </button>
        ))}
        <input
          type="text"
          value={other}
          placeholder={w.builder.other}
          aria-label={`${props.label}: ${w.builder.other}`}
          spellcheck={false}
          onInput={(event) => setOther(event.currentTarget.value)}
          onBlur={add}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            add();
          }}
        />
      </div>
      <FieldNote help={props.help} fault={props.fault} />
    </fieldset>
  );
}
