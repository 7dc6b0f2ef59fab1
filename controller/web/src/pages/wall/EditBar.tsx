/** The line over a wall that is being arranged: its size, its pages, and keeping it. */
import { useState } from "preact/hooks";
import { addLayout, putLayout, removeLayout } from "../../api/layouts";
import * as store from "../../api/store";
import { words } from "../../lib/preferences";
import { asTiles, pagesOf, TILES, TURNS_S, withPages } from "../../lib/walls";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { useUnsaved } from "../../ui/useUnsaved";
import { Fault, Select } from "../../ui/parts";
import { explain } from "../actions";
import { Pager } from "./Bar";
import { choose, draft, rearrange, setPage, type Plan } from "./plan";

export function EditBar({ plan }: { plan: Plan }) {
  const w = words.value.walls;
  const [asks, setAsks] = useState<"name" | "remove" | null>(null);
  const [fault, setFault] = useState("");
  const [begun] = useState(() => JSON.stringify(draft.value?.arrangement));
  useUnsaved(() => draft.value !== null && JSON.stringify(draft.value.arrangement) !== begun);
  const now = draft.value;
  if (!now) return null;
  const { arrangement, of } = now;
  const mine = of !== null && (!of.shared || store.mayConfigure.value);
  const end = (): void => void (draft.value = null);

  const save = async (): Promise<void> => {
    if (!of) return;
    const answer = await putLayout(of, arrangement);
    if (answer.ok) end();
    else setFault(explain(answer.problem));
  };
  const saveAs = async (form: FormData): Promise<string | null> => {
    const name = form.get("name");
    const answer = await addLayout(typeof name === "string" ? name : "", arrangement, form.get("shared") !== null);
    if (!answer.ok) return explain(answer.problem);
    end();
    choose(answer.data.id);
    return null;
  };
  const remove = async (): Promise<string | null> => {
    const answer = of && (await removeLayout(of.id));
    if (answer && !answer.ok) return explain(answer.problem);
    end();
    choose(null);
    return null;
  };
  const pages = (count: number): void => {
    rearrange(withPages(arrangement, count));
    setPage(count - 1);
  };
  return (
    <>
      <div class="toolbar editing" role="group" aria-label={w.editing}>
        <strong>{of?.name ?? w.editing}</strong>
        <Select
          label={w.tiles}
          value={String(arrangement.tiles)}
          options={TILES.map((size) => [String(size), words.value.wall.tiles(size)] as const)}
          choose={(value) => rearrange({ ...arrangement, tiles: asTiles(Number(value)) })}
        />
        <Select
          label={w.turn}
          value={String(arrangement.turn_s)}
          options={[...new Set([...TURNS_S, arrangement.turn_s])].map((turn) => [String(turn), turn === 0 ? w.turnOff : w.turnEvery(turn)] as const)}
          choose={(value) => rearrange({ ...arrangement, turn_s: Number(value) })}
        />
        <Pager page={plan.page} pages={plan.pages} />
        <button type="button" class="quiet" onClick={() => pages(pagesOf(arrangement) + 1)}>
          {w.morePages}
        </button>
        {plan.pages > 1 && (
          <button type="button" class="quiet" onClick={() => pages(pagesOf(arrangement) - 1)}>
            {w.lessPages}
          </button>
        )}
        <span class="push" />
        {mine && (
          <button type="button" class="quiet" onClick={() => setAsks("remove")}>
            {w.remove}
          </button>
        )}
        <button type="button" onClick={end}>
          {w.cancel}
        </button>
        <button type="button" class={mine ? "" : "primary"} onClick={() => setAsks("name")}>
          {w.saveAs}
        </button>
        {mine && (
          <button type="button" class="primary" onClick={() => void save()}>
            {w.save}
          </button>
        )}
      </div>
      {fault ? <Fault>{fault}</Fault> : <p class="muted edit-help">{w.editHelp}</p>}
      {asks === "name" && (
        <Dialog title={w.saveTitle} about={w.saveAbout} deed={w.save} submit={saveAs} close={() => setAsks(null)}>
          <Field name="name" label={w.name} autofocus />
          {store.mayConfigure.value && (
            <label class="choice">
              <input type="checkbox" name="shared" />
              {w.forAll}
            </label>
          )}
        </Dialog>
      )}
      {asks === "remove" && of && <Dialog title={w.removeTitle(of.name)} about={w.removeAbout} deed={w.remove} submit={remove} close={() => setAsks(null)} />}
    </>
  );
}
