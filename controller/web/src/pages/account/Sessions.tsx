/** Where somebody is logged in: each session with its end. */
import { useEffect, useState } from "preact/hooks";
import { endSession, endSessions, getSessions } from "../../api/accountCalls";
import { serverNow_ms } from "../../api/client";
import type { OpenSession } from "../../api/types";
import { agentName } from "../../lib/agent";
import { age } from "../../lib/format";
import { language, words } from "../../lib/preferences";
import { Icon } from "../../ui/Icon";
import { Chip, Fault, Loading } from "../../ui/parts";
import { explain } from "../actions";

/** `name`: an administrator looks at somebody's; null: one's own. */
export function Sessions({ name }: { name: string | null }) {
  const w = words.value.account;
  const [sessions, setSessions] = useState<readonly OpenSession[] | null>(null);
  const [fault, setFault] = useState("");
  const load = (): void =>
    void getSessions(name).then((answer) => {
      if (answer.ok) setSessions(answer.data);
      setFault(answer.ok ? "" : explain(answer.problem));
    });
  useEffect(load, [name]);
  if (!sessions) return fault ? <Fault>{fault}</Fault> : <Loading />;

  const end = async (id: string | null): Promise<void> => {
    const answer = id === null ? await endSessions(name) : await endSession(name, id);
    setFault(answer.ok ? "" : explain(answer.problem));
    if (answer.ok) load();
  };
  const others = sessions.filter((one) => !one.here);
  const ago = (at: string): string => age(serverNow_ms() - Date.parse(at), language.value);
  return (
    <div class="sessions">
      {sessions.length === 0 && <p class="muted">{w.noSession}</p>}
      <ul class="lines">
        {sessions.map((one) => (
          <li key={one.id}>
            <span>
              <strong>{agentName(one.agent) || w.unknownAgent}</strong> {one.here && <Chip icon="check">{w.here}</Chip>}
              <span class="muted block">{w.session(one.address || "–", ago(one.created_at), ago(one.seen_at))}</span>
            </span>
            {!one.here && (
              <button type="button" class="quiet" onClick={() => void end(one.id)} aria-label={`${agentName(one.agent)}: ${w.end}`}>
                {w.end}
              </button>
            )}
          </li>
        ))}
      </ul>
      {others.length > 1 && (
        <button type="button" onClick={() => void end(null)}>
          <Icon name="close" size={16} /> {name === null ? w.endOthers : w.endAll}
        </button>
      )}
      {fault && <Fault>{fault}</Fault>}
    </div>
  );
}
