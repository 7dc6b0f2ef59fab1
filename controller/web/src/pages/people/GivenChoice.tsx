/** Every camera, or those chosen row by row with the rights to each. */
import * as store from "../../api/store";
import { flipped, OFFERED, rowsOf, type Given, type Row } from "../../lib/grants";
import { words } from "../../lib/preferences";
import { Icon } from "../../ui/Icon";

interface Chosen {
  some: boolean;
  choose: (some: boolean) => void;
  given: Given;
  give: (given: Given) => void;
  /** What was given when the form was opened: it is listed also where its camera is gone. */
  before: Given;
}

export function GivenChoice({ some, choose, given, give, before }: Chosen) {
  const w = words.value.grants;
  const rows = rowsOf(store.cameras.value ?? [], before);
  return (
    <>
      <fieldset class="choices">
        <legend class="unseen">{w.which}</legend>
        <Which on={!some} text={`${w.every} · ${w.everyHelp}`} choose={() => choose(false)} />
        <Which on={some} text={w.someHelp} choose={() => choose(true)} />
      </fieldset>
      {some && rows.length === 0 && <p class="muted">{w.none}</p>}
      {some && rows.length > 0 && (
        <ul class="grants">
          {rows.map((row) => (
            <Rights key={row.target} row={row} given={given} flip={give} />
          ))}
        </ul>
      )}
    </>
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
