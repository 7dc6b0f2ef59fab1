/** Adds somebody: a name to log in with, and a role. */
import { useState } from "preact/hooks";
import { addPerson } from "../../api/peopleCalls";
import type { Invitation, Role } from "../../api/types";
import { isName } from "../../lib/address";
import { words } from "../../lib/preferences";
import { Choices, Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { explain } from "../actions";

const ROLES: readonly Role[] = ["viewer", "operator", "admin"];

export function AddPerson({ close, made }: { close: () => void; made: (invitation: Invitation) => void }) {
  const w = words.value.people;
  const [fault, setFault] = useState("");
  const submit = async (form: FormData): Promise<string | null> => {
    const name = String(form.get("name") ?? "").trim();
    const role = ROLES.find((one) => one === form.get("role")) ?? "viewer";
    setFault(isName(name) ? "" : w.misformed);
    if (!isName(name)) return "";
    const answer = await addPerson(name, role);
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
      <Choices label={w.role} name="role" options={ROLES.map((role) => [role, `${words.value.role[role]} · ${w.about[role]}`] as const)} chosen="viewer" />
    </Dialog>
  );
}
