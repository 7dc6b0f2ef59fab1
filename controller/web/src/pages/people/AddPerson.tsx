/** Adds somebody: a name to log in with, a role, and the cameras that they are kept to from the first moment on. */
import { useState } from "preact/hooks";
import { addPerson } from "../../api/peopleCalls";
import type { Invitation, Role } from "../../api/types";
import { isName } from "../../lib/address";
import type { Given } from "../../lib/grants";
import { words } from "../../lib/preferences";
import { Choices, Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { explain } from "../actions";
import { GivenChoice } from "./GivenChoice";

const ROLES: readonly Role[] = ["viewer", "operator", "admin"];

export function AddPerson({ close, made }: { close: () => void; made: (invitation: Invitation) => void }) {
  const w = words.value.people;
  const [fault, setFault] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [some, setSome] = useState(false);
  const [given, setGiven] = useState<Given>({});
  const submit = async (form: FormData): Promise<string | null> => {
    const name = String(form.get("name") ?? "").trim();
    setFault(isName(name) ? "" : w.misformed);
    if (!isName(name)) return "";
    const answer = await addPerson(name, role, some && role !== "admin" ? given : null);
    if (answer.ok) {
      made(answer.data);
      return null;
    }
    if (answer.problem.status !== 409) return explain(answer.problem);
    setFault(explain(answer.problem));
    return "";
  };
  return (
    <Dialog title={w.addTitle} about={w.addHelp} deed={w.addDeed} submit={submit} close={close} wide>
      <Field name="name" label={w.name} help={w.nameHelp} fault={fault} autofocus />
      <Choices label={w.role} name="role" options={ROLES.map((one) => [one, `${words.value.role[one]} · ${w.about[one]}`] as const)} chosen={role} choose={(one) => setRole(ROLES.find((known) => known === one) ?? "viewer")} />
      {role === "admin" ? <p class="muted">{words.value.grants.admin}</p> : <GivenChoice some={some} choose={setSome} given={given} give={setGiven} before={{}} />}
    </Dialog>
  );
}
