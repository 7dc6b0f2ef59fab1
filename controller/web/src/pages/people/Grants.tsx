/** What somebody may do with which cameras, edited row by row. */
import { useState } from "preact/hooks";
import { giveRights } from "../../api/peopleCalls";
import type { Person } from "../../api/types";
import type { Given } from "../../lib/grants";
import { words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { explain } from "../actions";
import { GivenChoice } from "./GivenChoice";

export function Grants({ person, close, given: told }: { person: Person; close: () => void; given: (person: Person) => void }) {
  const w = words.value.grants;
  const [some, setSome] = useState(Boolean(person.cameras));
  const [given, setGiven] = useState<Given>(person.cameras ?? {});
  const submit = async (): Promise<string | null> => {
    const answer = await giveRights(person.name, some ? given : null);
    if (!answer.ok) return explain(answer.problem);
    told(answer.data);
    return null;
  };
  return (
    <Dialog title={w.title(person.name)} about={w.about} deed={w.deed} submit={submit} close={close} wide>
      <GivenChoice some={some} choose={setSome} given={given} give={setGiven} before={person.cameras ?? {}} />
    </Dialog>
  );
}
