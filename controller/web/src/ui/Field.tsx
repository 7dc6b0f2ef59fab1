/** A labelled input with its help, and with what is wrong right beside it. */
import { useId } from "preact/hooks";
import { words } from "../lib/preferences";
import { Icon } from "./Icon";

export interface FieldProps {
  name: string;
  label: string;
  value?: string;
  type?: "text" | "password" | "time" | "email";
  help?: string | undefined;
  fault?: string | undefined;
  optional?: boolean;
  autofocus?: boolean;
  autocomplete?: "current-password" | "one-time-code" | undefined;
}

export function Field({ name, label, value = "", type = "text", help, fault, optional = false, autofocus = false, autocomplete }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>
        <span>
          {label} {optional && <span class="muted">({words.value.messages.optional})</span>}
        </span>
      </label>
      <input
        id={id}
        name={name}
        type={type as "text"}
        defaultValue={value}
        autofocus={autofocus}
        autocomplete={autocomplete ?? (type === "password" ? "new-password" : "off")}
        spellcheck={false}
        aria-invalid={fault ? true : undefined}
        aria-describedby={`${id}-note`}
      />
      <FieldNote id={`${id}-note`} help={help} fault={fault} />
    </div>
  );
}

/** What is wrong, or else what helps. */
export function FieldNote({ id, help, fault }: { id?: string; help?: string | undefined; fault?: string | undefined }) {
  if (fault)
    return (
      <p class="fault" id={id} role="alert">
        <Icon name="high" size={16} />
        <span>{fault}</span>
      </p>
    );
  return (
    <p class="muted field-help" id={id}>
      {help}
    </p>
  );
}
