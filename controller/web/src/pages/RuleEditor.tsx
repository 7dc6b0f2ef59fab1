/** Edits the rule document; the server's error is shown at the field it names. */
import { useRef, useState } from "preact/hooks";
import { getRules, putRules } from "../api/calls";
import * as store from "../api/store";
import { words } from "../lib/preferences";
import { fromDocument, locate } from "../lib/ruleText";
import { useUnsaved } from "../ui/useUnsaved";
import { Fault } from "../ui/parts";
import { explain } from "./actions";
import { RuleTrial } from "./RuleTrial";

const CONFLICT = 409;

/** The text as it stands and the version of the rules that it began with. */
export interface Draft {
  text: string;
  /** The text that it began with. */
  begun: string;
  version: number;
}

export function RuleEditor({ draft, close }: { draft: Draft; close: (saved: boolean) => void }) {
  const w = words.value.rules;
  const area = useRef<HTMLTextAreaElement>(null);
  const [base, setBase] = useState(draft.version);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");

  useUnsaved(() => draft.text !== draft.begun, () => close(false));

  const point = (range: { from: number; to: number } | null): void => {
    const element = area.current;
    if (!element || !range) return;
    element.focus();
    element.setSelectionRange(range.from, range.to);
    const line = element.value.slice(0, range.from).split("\n").length - 1;
    element.scrollTop = Math.max(0, (line - 4) * 20);
  };
  /** The rules as they stand; null, and the fault is shown, where they are no document. */
  const read = (): unknown[] | null => {
    const text = area.current?.value ?? "";
    const parsed = fromDocument(text);
    if (parsed.ok) return parsed.rules;
    setFault(w.fault[parsed.fault](parsed.line));
    const from = text.split("\n").slice(0, parsed.line - 1).join("\n").length;
    point({ from, to: from + 1 });
    return null;
  };
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const rules = read();
    if (rules === null) return;
    setBusy(true);
    const answer = await putRules(base, rules);
    setBusy(false);
    if (answer.ok) {
      store.rules.value = answer.data;
      close(true);
      return;
    }
    const { status, field } = answer.problem;
    if (status === CONFLICT) {
      const newest = await getRules();
      if (newest.ok) {
        draft.version = newest.data.version;
        setBase(draft.version);
      }
      setFault(w.conflict);
      return;
    }
    setFault(field ? w.field(field, explain(answer.problem)) : explain(answer.problem));
    if (field) point(locate(area.current?.value ?? "", field));
  };

  return (
    <form class="document editor" onSubmit={(event) => void save(event)}>
      <header class="page-head">
        <h1>{w.title}</h1>
        <span class="muted">{w.version(base)}</span>
        <span class="push" />
        <button type="button" onClick={() => close(false)}>
          {w.cancel}
        </button>
        <button type="submit" class="primary" disabled={busy}>
          {w.save}
        </button>
      </header>
      <div class="form-fault">{fault && <Fault>{fault}</Fault>}</div>
      <textarea
        ref={area}
        aria-label={w.document}
        spellcheck={false}
        wrap="off"
        defaultValue={draft.text}
        onInput={(event) => (draft.text = event.currentTarget.value)}
        aria-invalid={fault !== ""}
      />
      <RuleTrial
        read={() => {
          const rules = read();
          return rules && { rules };
        }}
      />
    </form>
  );
}
