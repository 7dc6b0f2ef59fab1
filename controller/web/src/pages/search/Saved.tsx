/** The searches that this person keeps: taken up again with a click, kept under a name, forgotten. */
import { useEffect, useState } from "preact/hooks";
import { forgetSearch, getSavedSearches, saveSearch } from "../../api/search";
import type { SavedSearch } from "../../api/types";
import { words } from "../../lib/preferences";
import { sameSearch } from "../../lib/search";
import { Icon } from "../../ui/Icon";
import { Fault } from "../../ui/parts";
import { explain } from "../actions";
import { go } from "../place";

export function Saved({ query }: { query: Readonly<Record<string, string>> }) {
  const s = words.value.search;
  const [saved, setSaved] = useState<readonly SavedSearch[]>([]);
  const [name, setName] = useState("");
  const [fault, setFault] = useState("");
  const load = (): Promise<void> => getSavedSearches().then((answer) => void (answer.ok && setSaved(answer.data.items)));
  useEffect(() => void load(), []);

  const keep = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!name.trim()) return;
    const answer = await saveSearch(name.trim(), query);
    setFault(answer.ok ? "" : explain(answer.problem));
    if (!answer.ok) return;
    setName("");
    await load();
  };
  const forget = async (one: SavedSearch): Promise<void> => {
    const answer = await forgetSearch(one.id);
    setFault(answer.ok ? "" : explain(answer.problem));
    await load();
  };
  return (
    <details class="facet saved" open={saved.length > 0 && saved.length <= 6}>
      <summary class="facet-name">
        {s.saved}
        {saved.length > 0 && <span class="muted"> ({saved.length})</span>}
      </summary>
      <ul class="saved-list">
        {saved.map((one) => (
          <li key={one.id}>
            <button type="button" class="pick" aria-pressed={sameSearch(one.query, query)} onClick={() => go("search", one.query, true)}>
              {one.name}
            </button>
            <button type="button" class="quiet saved-forget" aria-label={s.forget(one.name)} title={s.forget(one.name)} onClick={() => void forget(one)}>
              <Icon name="close" size={14} />
            </button>
          </li>
        ))}
      </ul>
      <form class="saved-form" onSubmit={(event) => void keep(event)}>
        <input aria-label={s.saveAs} placeholder={s.saveAs} value={name} maxLength={80} autocomplete="off" onInput={(event) => setName(event.currentTarget.value)} />
        <button disabled={!name.trim()}>{s.save}</button>
      </form>
      {fault && <Fault>{fault}</Fault>}
    </details>
  );
}
