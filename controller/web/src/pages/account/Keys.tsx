/** Keys by which programs ask in somebody's name: each with its end, and a new one, shown this once. */
import { useEffect, useState } from "preact/hooks";
import { addKey, getKeys, revokeKey } from "../../api/accountCalls";
import { session } from "../../api/store";
import type { ApiKey, Role } from "../../api/types";
import { dateTime } from "../../lib/format";
import { words } from "../../lib/preferences";
import { Choices, Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { Chip, Command, Fault, Loading } from "../../ui/parts";
import { explain } from "../actions";

const ROLES: readonly Role[] = ["viewer", "operator", "admin"];
const DAYS = [7, 30, 90, 365] as const;

/** `name`: an administrator looks at somebody's; null: one's own. */
export function Keys({ name }: { name: string | null }) {
  const w = words.value.account;
  const [keys, setKeys] = useState<readonly ApiKey[] | null>(null);
  const [fault, setFault] = useState("");
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState("");
  const load = (): void =>
    void getKeys(name).then((answer) => {
      if (answer.ok) setKeys(answer.data);
      setFault(answer.ok ? "" : explain(answer.problem));
    });
  useEffect(load, [name]);
  if (!keys) return fault ? <Fault>{fault}</Fault> : <Loading />;
  const revoke = async (id: string): Promise<void> => {
    const answer = await revokeKey(name, id);
    setFault(answer.ok ? "" : explain(answer.problem));
    if (answer.ok) load();
  };
  const day = (at: string): string => dateTime(Date.parse(at)).slice(0, 10);
  return (
    <div class="sessions">
      {name === null && <p class="muted">{w.keysHelp}</p>}
      {keys.length === 0 && name !== null && <p class="muted">{w.noKey}</p>}
      {made && (
        <div class="panel" role="status">
          <p>{w.keyOnce}</p>
          <Command text={made} />
        </div>
      )}
      <ul class="lines">
        {keys.map((one) => (
          <li key={one.id}>
            <span>
              <strong>{one.name}</strong> <Chip>{words.value.role[one.role]}</Chip>
              <span class="muted block">
                <code>{one.id}</code> · {w.until(day(one.expires_at))} · {one.used_at ? w.used(day(one.used_at), one.used_from) : w.unused}
                {one.rests_at && ` · ${Date.parse(one.rests_at) <= Date.now() ? w.rests : w.restsFrom(day(one.rests_at))}`}
                {one.cameras && ` · ${one.cameras.join(", ")}`}
              </span>
            </span>
            <button type="button" class="quiet" onClick={() => void revoke(one.id)} aria-label={`${one.name}: ${w.revoke}`}>
              {w.revoke}
            </button>
          </li>
        ))}
      </ul>
      {name === null && (
        <button type="button" onClick={() => setAdding(true)}>
          {w.addKey}
        </button>
      )}
      {fault && <Fault>{fault}</Fault>}
      {adding && (
        <AddKey
          close={() => setAdding(false)}
          made={(token) => {
            setMade(token);
            load();
          }}
        />
      )}
    </div>
  );
}

function AddKey({ close, made }: { close: () => void; made: (token: string) => void }) {
  const w = words.value.account;
  const state = session.value;
  const own = state.kind === "in" ? ROLES.indexOf(state.session.role) : 0;
  const [fault, setFault] = useState("");
  const submit = async (form: FormData): Promise<string | null> => {
    const name = String(form.get("name") ?? "").trim();
    setFault(name ? "" : w.keyNameNeeded);
    if (!name) return "";
    const answer = await addKey(name, ROLES.find((one) => one === form.get("role")) ?? "viewer", Number(form.get("days") ?? 90));
    if (!answer.ok) return explain(answer.problem);
    made(answer.data.token);
    return null;
  };
  return (
    <Dialog title={w.addKey} about={w.addKeyHelp} deed={w.makeKey} submit={submit} close={close} wide>
      <Field name="name" label={w.keyName} help={w.keyNameHelp} fault={fault} autofocus />
      <Choices label={words.value.people.role} name="role" options={ROLES.slice(0, own + 1).map((one) => [one, `${words.value.role[one]} · ${words.value.people.about[one]}`] as const)} chosen="viewer" />
      <label>
        {w.goodFor}
        <select name="days">
          {DAYS.map((days) => (
            <option key={days} value={days} selected={days === 90}>
              {w.days(days)}
            </option>
          ))}
        </select>
      </label>
    </Dialog>
  );
}
