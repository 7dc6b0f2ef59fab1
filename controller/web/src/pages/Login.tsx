/** Sign in by name or by the one-time code of the first start, and set a password. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { logIn, logInWithCode } from "../api/calls";
import type { Answer } from "../api/client";
import { session, signIn } from "../api/store";
import type { Session } from "../api/types";
import { words } from "../lib/preferences";
import { Command, Fault } from "../ui/parts";
import { explain } from "./actions";
import { Elsewhere } from "./Elsewhere";
import { Frame } from "./Frame";
import { PasswordForm } from "./PasswordForm";
import { go, route } from "./place";

export function Login() {
  const w = words.value.login;
  const state = session.value;
  const given = route.value.query["code"] ?? "";
  const [byCode, setByCode] = useState(given !== "");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  /** What was right already of whoever has a second factor: it is asked for next. */
  const [known, setKnown] = useState<{ username: string; password: string } | null>(null);

  const second = useRef<HTMLInputElement>(null);
  // Browsers heed `autofocus` once for a page: what takes the password's place is focused by hand.
  useLayoutEffect(() => second.current?.focus(), [known !== null]);

  const settle = (answer: Answer<Session>): void => {
    setBusy(false);
    if (!answer.ok) {
      const { status, field, said } = answer.problem;
      if (said?.code === "second_needed") return;
      if (field !== "second") setKnown(null);
      setFault(field === "second" ? explain(answer.problem) : status === 401 ? (byCode ? w.wrongCode : w.wrong) : status === 429 ? w.many : explain(answer.problem));
      return;
    }
    signIn(answer.data);
    if (route.value.page === "login") go("wall", {}, true);
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string): string => String(form.get(name) ?? "");
    setBusy(true);
    setFault("");
    const named = known ?? { username: text("username").trim(), password: text("password") };
    const sent = byCode ? logInWithCode(text("code").trim()) : logIn(named.username, named.password, text("second").trim());
    void sent.then((answer) => {
      if (!answer.ok && answer.problem.said?.code === "second_needed") setKnown(named);
      settle(answer);
    });
  };

  useEffect(() => {
    if (!given) return;
    setBusy(true);
    // The code is of use once; it shall not stay in the address.
    history.replaceState(null, "", "#/login");
    void logInWithCode(given).then(settle);
  }, []);

  return (
    <Frame title={known ? words.value.account.factor : byCode ? w.codeTitle : w.title} help={known ? words.value.account.secondHelp : byCode ? w.codeHelp : ""}>
      {!known && !byCode && <Elsewhere />}
      {state.kind === "out" && state.ended && !fault && <p class="muted">{w.ended}</p>}
      <form class="form" onSubmit={submit}>
        {known ? (
          <label>
            {words.value.account.code}
            <input ref={second} name="second" autocomplete="one-time-code" autocapitalize="off" spellcheck={false} aria-describedby="frame-help" required />
          </label>
        ) : byCode ? (
          <label>
            {w.code}
            <input name="code" autocomplete="one-time-code" autocapitalize="off" spellcheck={false} required defaultValue={given} />
          </label>
        ) : (
          <>
            <label>
              {w.username}
              <input name="username" autocomplete="username" autocapitalize="off" spellcheck={false} required autofocus />
            </label>
            <label>
              {w.password}
              <input name="password" type="password" autocomplete="current-password" required />
            </label>
          </>
        )}
        <div class="form-fault">{fault && <Fault>{fault}</Fault>}</div>
        {fault === w.wrongCode && (
          <div>
            <p class="muted">{words.value.care.spentCode}</p>
            <Command text="cctv user passwd NAME" />
          </div>
        )}
        <button class="primary" type="submit" disabled={busy}>
          {busy ? `${w.busy}…` : w.submit}
        </button>
      </form>
      <button
        type="button"
        class="quiet"
        onClick={() => {
          if (known) setKnown(null);
          else setByCode(!byCode);
          setFault("");
        }}
      >
        {known ? words.value.account.other : byCode ? w.usePassword : w.useCode}
      </button>
    </Frame>
  );
}

/** After a one-time code: a password of one's own, before anything else. */
export function FirstPassword({ session: begun }: { session: Session }) {
  const w = words.value.login;
  return (
    <Frame title={w.setTitle} help={w.setHelp}>
      <PasswordForm username={begun.username} needsCurrent={false} factor={begun.second_factor} submit={w.set} />
    </Frame>
  );
}
