/** Sets a new password, typed twice. */
import { useState } from "preact/hooks";
import { setPassword } from "../api/calls";
import { signIn } from "../api/store";
import { strengthOf } from "../lib/strength";
import { words } from "../lib/preferences";
import { Fault } from "../ui/parts";
import { explain } from "./actions";

/** Characters: beside a second factor, and alone. */
const SHORTEST = { beside: 8, alone: 15 };

export function PasswordForm(props: { username: string; needsCurrent: boolean; factor: boolean; submit: string; done?: () => void }) {
  const w = words.value.settings;
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const [fresh, setFresh] = useState("");
  const least = props.factor ? SHORTEST.beside : SHORTEST.alone;
  const { strength, missing } = strengthOf(fresh, least);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    const text = (name: string): string => String(data.get(name) ?? "");
    if (text("fresh") !== text("repeat")) {
      setFault(w.mismatch);
      return;
    }
    setBusy(true);
    const answer = await setPassword(text("current"), text("fresh"), text("second"));
    setBusy(false);
    if (!answer.ok) {
      setFault(answer.problem.field === "current" ? w.wrongCurrent : explain(answer.problem));
      return;
    }
    setFault("");
    form.reset();
    setFresh("");
    signIn(answer.data);
    props.done?.();
  };

  return (
    <form class="form" onSubmit={(event) => void submit(event)}>
      <input type="text" name="username" autocomplete="username" value={props.username} hidden readOnly />
      {!props.needsCurrent && (
        <p>
          <span class="muted">{words.value.care.user}</span> <strong>{props.username}</strong>
        </p>
      )}
      {props.needsCurrent && (
        <label>
          {w.current}
          <input name="current" type="password" autocomplete="current-password" required />
        </label>
      )}
      <label>
        <span>
          {w.fresh} <span class="muted">({words.value.account.rule(least)})</span>
        </span>
        <input name="fresh" type="password" autocomplete="new-password" required aria-describedby="strength" onInput={(event) => setFresh(event.currentTarget.value)} />
      </label>
      <p class="muted" id="strength" role="status" data-strength={strength}>
        {!fresh ? words.value.account.advice : strength === "short" ? words.value.account.missing(missing) : words.value.account.strength[strength]}
      </p>
      <label>
        {w.repeat}
        <input name="repeat" type="password" autocomplete="new-password" required />
      </label>
      {props.factor && !props.needsCurrent && (
        <label>
          {words.value.account.code}
          <input name="second" autocomplete="one-time-code" spellcheck={false} required />
        </label>
      )}
      <div class="form-fault">{fault && <Fault>{fault}</Fault>}</div>
      <button class="primary" type="submit" disabled={busy}>
        {props.submit}
      </button>
    </form>
  );
}
