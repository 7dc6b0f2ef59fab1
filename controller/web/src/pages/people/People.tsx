/** Who may log in, in which role; an administrator adds, changes, shuts out and resets. */
import { useEffect, useState } from "preact/hooks";
import { changePerson, getPeople, resetPerson, type PersonChange } from "../../api/peopleCalls";
import * as store from "../../api/store";
import type { Invitation, Person, Role } from "../../api/types";
import { words } from "../../lib/preferences";
import { Icon } from "../../ui/Icon";
import { Chip, Fault, Loading, Select } from "../../ui/parts";
import { explain } from "../actions";
import { AddPerson } from "./AddPerson";
import { Grants } from "./Grants";
import { Invited } from "./Invited";
import { PersonLogin } from "./PersonLogin";
import { Waiting } from "./Waiting";

const ROLES: readonly Role[] = ["viewer", "operator", "admin"];

export function People() {
  const w = words.value.people;
  const [people, setPeople] = useState<readonly Person[] | null>(null);
  const [fault, setFault] = useState<{ name: string; text: string }>({ name: "", text: "" });
  const [invited, setInvited] = useState<Invitation | null>(null);
  const [adding, setAdding] = useState(false);
  const [giving, setGiving] = useState<Person | null>(null);
  const [looking, setLooking] = useState<Person | null>(null);
  const load = (): void =>
    void getPeople().then((answer) => {
      if (answer.ok) setPeople(answer.data);
      else setFault({ name: "", text: explain(answer.problem) });
    });
  useEffect(load, []);
  if (!store.mayConfigure.value) return <p class="muted">{w.adminsOnly}</p>;
  if (!people) return fault.text ? <Fault>{fault.text}</Fault> : <Loading />;

  const change = async (name: string, wanted: PersonChange): Promise<void> => {
    const before = people.find((one) => one.name === name);
    if (!before) return;
    const answer = await changePerson(before, wanted);
    setFault({ name, text: answer.ok ? "" : explain(answer.problem) });
    // A select shows what was chosen even where that was refused: the list is drawn anew.
    setPeople((known) => known && known.map((one) => (one.name === name ? (answer.ok ? answer.data : { ...one }) : one)));
    if (!answer.ok && answer.problem.status === 412) load();
  };
  const reset = async (name: string): Promise<void> => {
    const answer = await resetPerson(name);
    setFault({ name, text: answer.ok ? "" : explain(answer.problem) });
    if (!answer.ok) return;
    setInvited(answer.data);
    load();
  };
  return (
    <>
      <section class="edit-form">
        <div class="page-head">
          <h2>{w.title}</h2>
          <span class="muted">{w.count(people.length)}</span>
          <span class="push" />
          <button type="button" class="primary" onClick={() => setAdding(true)}>
            <Icon name="plus" size={16} /> {w.add}
          </button>
        </div>
        {invited && <Invited invitation={invited} close={() => setInvited(null)} />}
        <Waiting />
        <ul class="people">
          {people.map((person) => (
            <li key={person.name} data-off={!person.enabled || undefined}>
              <Icon name="person" />
              <span class="person-name">
                <strong>{person.name}</strong>
                {!person.enabled && <Chip>{w.disabled}</Chip>}
                {person.enabled && person.must_set_password && <Chip>{w.waiting}</Chip>}
                {person.provider && <Chip title={words.value.oidc.issuer(person.provider)}>{words.value.oidc.elsewhere}</Chip>}
                {person.second_factor && <Chip icon="check">{words.value.account.factor}</Chip>}
              </span>
              {person.provider ? (
                <span title={words.value.oidc.issuer(person.provider)}>{words.value.role[person.role]}</span>
              ) : (
                <Select label={`${person.name}: ${w.role}`} value={person.role} options={ROLES.map((role) => [role, words.value.role[role]] as const)} choose={(role) => void change(person.name, { role })} />
              )}
              <span class="person-acts">
                <button type="button" class="quiet" disabled={person.role === "admin"} title={person.role === "admin" ? words.value.grants.admin : undefined} onClick={() => setGiving(person)} aria-label={`${person.name}: ${camerasOf(person)}`}>
                  {camerasOf(person)}
                </button>
                <button type="button" class="quiet" onClick={() => setLooking(person)} aria-label={`${person.name}: ${words.value.account.open}`}>
                  {words.value.account.open}
                </button>
                <button type="button" class="quiet" disabled={!person.enabled || Boolean(person.provider)} title={person.provider ? words.value.oidc.issuer(person.provider) : undefined} onClick={() => void reset(person.name)} aria-label={`${person.name}: ${w.reset}`}>
                  {w.reset}
                </button>
                <button type="button" class="quiet" onClick={() => void change(person.name, { enabled: !person.enabled })} aria-label={`${person.name}: ${person.enabled ? w.disable : w.enable}`}>
                  {person.enabled ? w.disable : w.enable}
                </button>
              </span>
              {person.enabled && seesNone(person) && <Fault>{words.value.grants.seesNone}</Fault>}
              {fault.name === person.name && fault.text && <Fault>{fault.text}</Fault>}
            </li>
          ))}
        </ul>
        <dl class="roles muted">
          {ROLES.map((role) => (
            <div key={role}>
              <dt>{words.value.role[role]}</dt>
              <dd>{w.about[role]}</dd>
            </div>
          ))}
        </dl>
      </section>
      {giving && <Grants person={giving} close={() => setGiving(null)} given={(changed) => setPeople((known) => known && known.map((one) => (one.name === changed.name ? changed : one)))} />}
      {looking && <PersonLogin person={looking} close={() => setLooking(null)} changed={load} />}
      {adding && (
        <AddPerson
          close={() => setAdding(false)}
          made={(given) => {
            setInvited(given);
            load();
          }}
        />
      )}
    </>
  );
}

/** Whoever was an administrator and had been given no camera before sees none until somebody gives some. */
const seesNone = (person: Person): boolean => person.role !== "admin" && person.cameras !== null && Object.keys(person.cameras ?? {}).length === 0;

/** In a word, the cameras that somebody was given. */
function camerasOf(person: Person): string {
  const w = words.value.grants;
  return person.cameras && person.role !== "admin" ? w.some(Object.keys(person.cameras).length) : w.every;
}
