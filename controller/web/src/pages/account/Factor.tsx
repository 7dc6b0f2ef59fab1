/** One's own second factor: on or off, recovery codes, its end. */
import { useEffect, useState } from "preact/hooks";
import { getFactor, newRecoveryCodes, turnFactorOff } from "../../api/accountCalls";
import { signIn } from "../../api/store";
import type { Factor as Known } from "../../api/types";
import { words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { Chip, Fault, Loading } from "../../ui/parts";
import { explain } from "../actions";
import { RecoveryCodes } from "./RecoveryCodes";
import { SetUp } from "./SetUp";

export function Factor() {
  const w = words.value.account;
  const [factor, setFactor] = useState<Known | null>(null);
  const [fault, setFault] = useState("");
  const [setting, setSetting] = useState(false);
  const [ending, setEnding] = useState(false);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const load = (): void =>
    void getFactor().then((answer) => {
      if (answer.ok) setFactor(answer.data);
      else setFault(explain(answer.problem));
    });
  useEffect(load, []);
  if (!factor) return fault ? <Fault>{fault}</Fault> : <Loading />;
  if (setting)
    return (
      <SetUp
        done={() => {
          setSetting(false);
          load();
        }}
      />
    );
  if (codes)
    return (
      <RecoveryCodes
        codes={codes}
        done={() => {
          setCodes(null);
          load();
        }}
      />
    );
  const renew = async (): Promise<void> => {
    const answer = await newRecoveryCodes();
    setFault(answer.ok ? "" : explain(answer.problem));
    if (answer.ok) setCodes(answer.data.codes);
  };
  const end = async (form: FormData): Promise<string | null> => {
    const answer = await turnFactorOff(String(form.get("password") ?? ""));
    if (!answer.ok) return explain(answer.problem);
    signIn(answer.data);
    load();
    return null;
  };
  return (
    <div class="sessions">
      <p class="muted">{w.factorHelp}</p>
      {factor.on ? (
        <>
          <p>
            <Chip icon="check">{w.factorOn}</Chip> <span class={factor.codes_left < 3 ? "" : "muted"}>{w.codesLeft(factor.codes_left)}</span>
          </p>
          <div class="card-line">
            <button type="button" onClick={() => void renew()}>
              {w.newCodes}
            </button>
            {!factor.required && (
              <button type="button" class="quiet" onClick={() => setEnding(true)}>
                {w.turnOff}
              </button>
            )}
          </div>
        </>
      ) : (
        <button type="button" class="primary" onClick={() => setSetting(true)}>
          {w.setUp}
        </button>
      )}
      {fault && <Fault>{fault}</Fault>}
      {ending && (
        <Dialog title={w.turnOff} about={w.turnOffHelp} deed={w.turnOff} submit={end} close={() => setEnding(false)}>
          <Field name="password" label={words.value.login.password} type="password" autocomplete="current-password" autofocus />
        </Dialog>
      )}
    </div>
  );
}
