/** What somebody may do with which cameras, edited row by row. */
import { useState } from "preact/hooks";
import { giveRights } from "../../api/peopleCalls";
import * as store from "../../api/store";
import type { Person } from "../../api/types";
import { flipped, OFFERED, rowsOf, type Given, type Row } from "../../lib/grants";
import { words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { explain } from "../actions";

export function Grants({ person, close, given: told }: { person: Person; close: () => void; given: (person: Person) => void }) {
  const w = words.value.grants;
  const [some, setSome] = useState(Boolean(person.cameras));
  const [given, setGiven] = useState<Given>(person.cameras ?? {});
  const cameras = store.cameras.value ?? [];
  const rows = rowsOf(cameras, person.cameras ?? {});
  const submit = async (): Promise<string | null> => {
    const answer = await giveRights(person.name, some ? given : null);
    if (!answer.ok) return explain(answer.problem);
    told(answer.data);
    return null;
  };
  return (
    <Dialog title={w.title(person.name)} about={w.about} deed={w.deed} submit={submit} close={close} wide>
      <fieldset class="choices">
        <legend class="unseen">{w.which}</legend>
        <Which on={!some} text={`${w.every} · ${w.everyHelp}`} choose={() => setSome(false)} />
        <Which on={some} text={w.someHelp} choose={() => setSome(true)} />
      </fieldset>
      {some && rows.length === 0 && <p class="muted">{w.none}</p>}
      {some && rows.length > 0 && (
        <ul class="grants">
          {rows.map((row) => (
            <Rights key={row.target} row={row} given={given} flip={setGiven} />
          ))}
        </ul>
      )}
    </Dialog>
  );
}

function Which({ on, text, choose }: { on: boolean; text: string; choose: () => void }) {
  return (
    <label class="choice">
      <input type="radio" name="which" checked={on} onChange={choose} />
      {text}
    </label>
  );
}

function Rights({ row, given, flip }: { row: Row; given: Given; flip: (given: Given) => void }) {
  const w = words.value.grants;
  const held = given[row.target] ?? [];
  return (
    <li data-of={row.of}>
      <span class="grant-name">
        <Icon name={row.of === "node" ? "node" : "camera"} size={16} />
        <span class="clip-text">{row.name}</span>
        {row.of === "node" && <span class="muted">{w.node}</span>}
      </span>
      <span class="grant-rights" role="group" aria-label={row.target}>
        {OFFERED.map((right) => (
          <label key={right} class="check">
            <input type="checkbox" checked={held.includes(right)} onChange={() => flip(flipped(given, row.target, right))} aria-label={`${row.target}: ${w.right[right]}`} />
            {w.right[right]}
          </label>
        ))}
      </span>
    </li>
  );
}
