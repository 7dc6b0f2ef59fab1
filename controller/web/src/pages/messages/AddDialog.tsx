/** Adds a destination: its kind, what that kind's address needs, whose it is and what it is told of. */
import { useEffect, useState } from "preact/hooks";
import { getAssignees } from "../../api/calls";
import { addDestination, type Added } from "../../api/messageCalls";
import * as store from "../../api/store";
import type { Problem, SubscriptionLine } from "../../api/types";
import { addressOf, FIELDS, freeName, isName, KINDS, type Kind } from "../../lib/address";
import { language, words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { Field, FieldNote } from "../../ui/Field";
import { Select } from "../../ui/parts";
import { explain } from "../actions";
import { Lines } from "./Lines";
import { Switches, type Options } from "./Switches";

const SITE = "";
const AT_FIELDS = ["name", "address", "owner"];
type Faults = Readonly<Record<string, string>>;

export function AddDialog({ taken, close, made }: { taken: readonly string[]; close: () => void; made: (added: Added) => void }) {
  const w = words.value.messages;
  const state = store.session.value;
  const me = state.kind === "in" ? state.session.username : "";
  const [kind, setKind] = useState<Kind>("mail");
  const [owner, setOwner] = useState(me);
  const [options, setOptions] = useState<Options>({ language: language.value, pictures: false, private: false });
  const [lines, setLines] = useState<SubscriptionLine[]>([{ rule: null, threshold: "low" }]);
  const [faults, setFaults] = useState<Faults>({});

  // Whoever types is led to what is wrong.
  useEffect(() => document.querySelector<HTMLElement>("dialog [aria-invalid]")?.focus(), [faults]);

  const submit = async (form: FormData): Promise<string | null> => {
    const text = (name: string): string => String(form.get(name) ?? "");
    const name = text("name").trim();
    const given = Object.fromEntries(FIELDS[kind].map((field) => [field.name, text(field.name)]));
    const address = addressOf(kind, given);
    const found: Record<string, string> = {};
    if (!isName(name)) found["name"] = w.misformed.name;
    if (!address.ok) found[address.field] = address.fault === "needed" ? w.needed : w.misformed[address.fault];
    setFaults(found);
    if (!address.ok || found["name"]) return "";
    const answer = await addDestination({ name, address: address.address, owner: owner || null, ...options, lines });
    if (answer.ok) {
      made(answer.data);
      return null;
    }
    return atField(answer.problem);
  };
  /** Beside the field that the server names, or else below. */
  const atField = (problem: Problem): string => {
    const { field } = problem;
    if (!field || problem.status === 403 || !AT_FIELDS.includes(field)) return explain(problem);
    setFaults({ [field]: explain(problem) });
    return "";
  };

  return (
    <Dialog title={w.addTitle} about={w.addHelp} deed={w.addDeed} submit={submit} close={close} wide>
      <div class="field">
        <span>{w.kind}</span>
        <Select
          label={w.kind}
          value={kind}
          options={KINDS.map((one) => [one, w.kinds[one]] as const)}
          choose={(next) => {
            setKind(next);
            setFaults({});
          }}
        />
      </div>
      <div class="fields" key={kind}>
        {FIELDS[kind].map((field, place) => (
          <Field
            key={field.name}
            name={field.name}
            label={w.fields[field.name]}
            type={field.secret ? "password" : "text"}
            help={w.fieldHelp[field.name]}
            optional={field.optional ?? false}
            fault={faults[field.name]}
            autofocus={place === 0}
          />
        ))}
      </div>
      {faults["address"] && !FIELDS[kind].some((field) => field.name === "address") && <FieldNote fault={faults["address"]} />}
      <Field key={`name of ${kind}`} name="name" label={w.name} help={w.nameHelp} value={freeName(kind, taken)} fault={faults["name"]} />
      {store.mayConfigure.value && <Owner me={me} owner={owner} choose={setOwner} fault={faults["owner"]} />}
      <Lines lines={lines} change={setLines} />
      <Switches options={options} change={setOptions} />
    </Dialog>
  );
}

function Owner({ me, owner, choose, fault }: { me: string; owner: string; choose: (owner: string) => void; fault: string | undefined }) {
  const w = words.value.messages;
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    void getAssignees().then((answer) => answer.ok && setNames(answer.data.names));
  }, []);
  const others = names.filter((name) => name !== me).map((name) => [name, name] as const);
  return (
    <div class="field">
      <span>{w.owner}</span>
      <Select label={w.owner} value={owner} options={[[me, w.ownerMe(me)], [SITE, w.ownerSite], ...others]} choose={choose} />
      {fault && <FieldNote fault={fault} />}
    </div>
  );
}
