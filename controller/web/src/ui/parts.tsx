/** Small parts that every page uses: severity, chips, empty states, things to copy, labelled facts. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Severity } from "../api/types";
import { words } from "../lib/preferences";
import { Icon, type IconName } from "./Icon";

/** A severity as colour, shape and word together. */
export function SeverityMark({ severity, bare = false }: { severity: Severity; bare?: boolean }) {
  const word = words.value.severity[severity];
  return (
    <span class="severity" data-severity={severity} title={bare ? word : undefined}>
      <Icon name={severity} size={18} />
      <span class={bare ? "unseen" : ""}>{word}</span>
    </span>
  );
}

export function Chip({ children, icon, title }: { children: ComponentChildren; icon?: IconName; title?: string | undefined }) {
  return (
    <span class="chip" title={title}>
      {icon && <Icon name={icon} size={14} />}
      {children}
    </span>
  );
}

/** A place with nothing in it, that says what to do. */
export function Empty({ icon, title, help, children }: { icon: IconName; title: string; help?: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={icon} size={32} />
      <p class="empty-title">{title}</p>
      {help && <p class="muted">{help}</p>}
      {children}
    </div>
  );
}

/** A command with a button that copies it. */
export function Command({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <div class="command">
      <code>{text}</code>
      {"clipboard" in navigator && (
        <button type="button" class="quiet" onClick={() => void copy()}>
          <Icon name={copied ? "check" : "copy"} size={16} />
          {copied ? words.value.common.copied : words.value.common.copy}
        </button>
      )}
    </div>
  );
}

export function Facts({ children }: { children: ComponentChildren }) {
  return <dl class="facts">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A message about something that went wrong, read out at once. */
export function Fault({ children }: { children: ComponentChildren }) {
  return (
    <p class="fault" role="alert">
      <Icon name="high" size={16} />
      <span>{children}</span>
    </p>
  );
}

export function Loading() {
  return (
    <p class="muted loading" role="status">
      {words.value.common.loading}…
    </p>
  );
}

/** A choice of a few, drawn as joined buttons. */
export function Segments<T extends string | number>(props: {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  choose: (value: T) => void;
}) {
  return (
    <div class="segments" role="group" aria-label={props.label}>
      {props.options.map(([value, text]) => (
        <button type="button" key={value} aria-pressed={value === props.value} onClick={() => props.choose(value)}>
          {text}
        </button>
      ))}
    </div>
  );
}

export function Select<T extends string>(props: {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  choose: (value: T) => void;
}) {
  return (
    <select
      aria-label={props.label}
      value={props.value}
      onChange={(event) => {
        const chosen = props.options.find(([value]) => value === event.currentTarget.value);
        if (chosen) props.choose(chosen[0]);
      }}
    >
      {props.options.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  );
}
