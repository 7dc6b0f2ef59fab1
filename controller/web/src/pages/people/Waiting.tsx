/** Who failed to log in so often that they have to wait between tries. */
import { useEffect, useState } from "preact/hooks";
import { forgive, getWaiting } from "../../api/accountCalls";
import { serverNow_ms } from "../../api/client";
import type { WaitingLogin } from "../../api/types";
import { spell } from "../../lib/format";
import { language, words } from "../../lib/preferences";
import { Fault } from "../../ui/parts";
import { explain } from "../actions";

export function Waiting() {
  const w = words.value.account;
  const [waiting, setWaiting] = useState<readonly WaitingLogin[]>([]);
  const [fault, setFault] = useState("");
  const load = (): void => void getWaiting().then((answer) => (answer.ok ? setWaiting(answer.data) : setFault(explain(answer.problem))));
  useEffect(load, []);
  if (waiting.length === 0) return fault ? <Fault>{fault}</Fault> : null;
  const release = async (one: WaitingLogin): Promise<void> => {
    const answer = await forgive(one.who === "*" ? one.address : one.who);
    setFault(answer.ok ? "" : explain(answer.problem));
    load();
  };
  return (
    <section class="panel">
      <h3>{w.waiting}</h3>
      <p class="muted">{w.waitingHelp}</p>
      <ul class="lines">
        {waiting.map((one) => (
          <li key={`${one.who} ${one.address}`}>
            <span>
              <strong>{one.who === "*" ? one.address : one.who === "code" ? words.value.login.code : one.who}</strong>
              <span class="muted block">{w.failures(one.failures, one.who === "*" || one.address === "*" ? "" : one.address, spell(Math.max(0, Date.parse(one.until) - serverNow_ms()), language.value))}</span>
            </span>
            <button type="button" class="quiet" onClick={() => void release(one)}>
              {w.forgive}
            </button>
          </li>
        ))}
      </ul>
      {fault && <Fault>{fault}</Fault>}
    </section>
  );
}
