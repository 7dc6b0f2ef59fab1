/** Sets up an authenticator: a picture to scan, a first code, and recovery codes to put away. */
import { useEffect, useState } from "preact/hooks";
import { beginFactor, confirmFactor } from "../../api/accountCalls";
import { setCsrf } from "../../api/client";
import { signIn } from "../../api/store";
import type { FactorBegun, Session } from "../../api/types";
import { words } from "../../lib/preferences";
import { Command, Fault, Loading } from "../../ui/parts";
import { explain } from "../actions";
import { RecoveryCodes } from "./RecoveryCodes";

export function SetUp({ done }: { done: () => void }) {
  const w = words.value.account;
  const [begun, setBegun] = useState<FactorBegun | null>(null);
  const [on, setOn] = useState<{ codes: readonly string[]; session: Session } | null>(null);
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    void beginFactor().then((answer) => (answer.ok ? setBegun(answer.data) : setFault(explain(answer.problem))));
  }, []);
  if (on)
    return (
      <RecoveryCodes
        codes={on.codes}
        done={() => {
          signIn(on.session);
          done();
        }}
      />
    );
  if (!begun) return fault ? <Fault>{fault}</Fault> : <Loading />;
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget as HTMLFormElement).get("code") ?? "");
    setBusy(true);
    const answer = await confirmFactor(code);
    setBusy(false);
    if (answer.ok) {
      setCsrf(answer.data.session.csrf);
      setOn(answer.data);
    } else setFault(explain(answer.problem));
  };
  return (
    <form class="form factor" onSubmit={(event) => void submit(event)}>
      <p>{w.scan}</p>
      <svg class="qr" viewBox={`-4 -4 ${begun.size + 8} ${begun.size + 8}`} role="img" aria-label={w.picture} shape-rendering="crispEdges">
        <rect x={-4} y={-4} width={begun.size + 8} height={begun.size + 8} />
        <path d={begun.picture} />
      </svg>
      <p class="muted">{w.byHand}</p>
      <Command text={begun.secret.replace(/(.{4})(?=.)/g, "$1 ")} />
      <label>
        {w.code}
        <input name="code" inputMode="numeric" autocomplete="one-time-code" maxLength={9} spellcheck={false} required />
      </label>
      <div class="form-fault">{fault && <Fault>{fault}</Fault>}</div>
      <button class="primary" type="submit" disabled={busy}>
        {w.turnOn}
      </button>
    </form>
  );
}
