/** Asks again who one is, before something dangerous. */
import { useState } from "preact/hooks";
import { asking, prove } from "../api/proof";
import { session, signIn } from "../api/store";
import { words } from "../lib/preferences";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { explain } from "./actions";
import { ProofElsewhere } from "./ProofElsewhere";

export function Proof() {
  const w = words.value.account;
  const [fault, setFault] = useState("");
  const state = session.value;
  const settle = asking.value;
  if (!settle || state.kind !== "in") return null;
  if (state.session.provider) return <ProofElsewhere provider={state.session.provider} csrf={state.session.csrf} settle={settle} />;
  const factor = state.session.second_factor;
  const submit = async (form: FormData): Promise<string | null> => {
    const text = String(form.get("proof") ?? "");
    const answer = await prove(factor ? "" : text, factor ? text : "");
    if (!answer.ok) {
      setFault(explain(answer.problem));
      return "";
    }
    setFault("");
    signIn(answer.data);
    settle(true);
    return null;
  };
  return (
    <Dialog title={w.prove} about={w.proveHelp} deed={w.go} submit={submit} close={() => settle(false)}>
      <Field name="proof" label={factor ? w.code : words.value.login.password} type={factor ? "text" : "password"} autocomplete={factor ? "one-time-code" : "current-password"} fault={fault} autofocus />
    </Dialog>
  );
}
