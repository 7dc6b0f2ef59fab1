/** A small form over the page: a title, what it asks for, cancel and one deed. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { words } from "../lib/preferences";
import { useUnsaved } from "./useUnsaved";
import { Fault } from "./parts";

export interface DialogProps {
  title: string;
  about: string;
  deed: string;
  /** Null when it is done, or why it failed; nothing where the form itself says it, at its field. */
  submit: (form: FormData) => Promise<string | null>;
  close: () => void;
  wide?: boolean;
  children?: ComponentChildren;
}

export function Dialog({ title, about, deed, submit, close, wide = false, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const [asks, setAsks] = useState(false);
  const typed = useRef(new Set<HTMLInputElement | HTMLTextAreaElement>());
  const isTyped = (): boolean => [...typed.current].some((field) => field.isConnected && field.value.trim() !== "");
  useUnsaved(isTyped);
  useEffect(() => dialog.current?.showModal(), []);

  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const text = await submit(new FormData(event.currentTarget as HTMLFormElement));
    setBusy(false);
    if (text === null) close();
    else setFault(text);
  };
  return (
    <dialog
      ref={dialog}
      onClose={close}
      onCancel={(event) => {
        if (event.target !== dialog.current || asks || !isTyped()) return;
        event.preventDefault();
        setAsks(true);
      }}
      aria-labelledby="dialog-title"
      data-wide={wide || undefined}
    >
      <form
        class="form"
        noValidate={wide}
        onSubmit={(event) => void send(event)}
        onInput={({ target }) => {
          if (target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && !["radio", "checkbox"].includes(target.type))) typed.current.add(target);
        }}
      >
        <h2 id="dialog-title">{title}</h2>
        <p class="muted">{about}</p>
        {children}
        {fault && <Fault>{fault}</Fault>}
        {asks && <Fault>{words.value.care.typed}</Fault>}
        <div class="form-actions">
          {asks && (
            <button type="button" class="quiet" onClick={() => setAsks(false)}>
              {words.value.care.keep}
            </button>
          )}
          <button type="button" onClick={() => (asks || !isTyped() ? close() : setAsks(true))}>
            {asks ? words.value.care.discard : words.value.alarms.cancel}
          </button>
          <button type="submit" class="primary" disabled={busy}>
            {deed}
          </button>
        </div>
      </form>
    </dialog>
  );
}

/** One of a few, as large buttons; the first has the focus. */
export function Choices(props: { label: string; name: string; options: readonly (readonly [string, string])[]; chosen?: string | undefined; choose?: (value: string) => void }) {
  return (
    <fieldset class="choices">
      <legend class="unseen">{props.label}</legend>
      {props.options.map(([value, text], index) => (
        <label key={value} class="choice">
          <input
            type="radio"
            name={props.name}
            value={value}
            required
            defaultChecked={value === props.chosen}
            onChange={() => props.choose?.(value)}
            autofocus={props.chosen === undefined ? index === 0 : value === props.chosen}
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}
