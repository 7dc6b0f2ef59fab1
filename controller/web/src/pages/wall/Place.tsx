/** A place of a wall that is being arranged: which camera stands there, and ways to move it. */
import { useState } from "preact/hooks";
import * as store from "../../api/store";
import { words } from "../../lib/preferences";
import { neighbour, swapped, withCamera } from "../../lib/walls";
import { Icon } from "../../ui/Icon";
import { Select } from "../../ui/parts";
import { draft, rearrange, type Plan } from "./plan";

const KIND = "text/x-place";

/** Give the focus back to what was moved, once it stands where it went. */
function focusPlace(place: number): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-place="${place}"] .place-handle`)?.focus());
}

export function PlaceEditor({ plan, index, camera }: { plan: Plan; index: number; camera: string | null }) {
  const w = words.value.walls;
  const [over, setOver] = useState(false);
  const place = plan.first + index;
  const names = store.cameraNames.value;
  const name = camera === null ? w.none : (names.get(camera) ?? camera);
  const move = (to: number): void => {
    if (draft.value) rearrange(swapped(draft.value.arrangement, place, to));
    focusPlace(to);
  };
  const onKey = (event: KeyboardEvent): void => {
    const to = neighbour(index, event.key, plan.columns, plan.places.length);
    if (to === null) return;
    event.preventDefault();
    move(plan.first + to);
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const from = Number(event.dataTransfer?.getData(KIND) || NaN);
    if (Number.isInteger(from) && draft.value) rearrange(swapped(draft.value.arrangement, from, place));
  };
  const options: (readonly [string, string])[] = [["", w.none], ...[...names].map(([id, text]) => [id, text] as const)];
  if (camera !== null && !names.has(camera)) options.push([camera, w.unknown(camera)]);
  return (
    <div
      class="place-editor"
      data-place={place}
      data-over={over || undefined}
      draggable
      onDragStart={(event) => event.dataTransfer?.setData(KIND, String(place))}
      onDragOver={(event) => (event.preventDefault(), setOver(true))}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Select
        label={w.place(place + 1)}
        value={camera ?? ""}
        options={options}
        choose={(id) => draft.value && rearrange(withCamera(draft.value.arrangement, place, id || null))}
      />
      <span class="place-moves">
        <button type="button" class="icon-button" disabled={index === 0} onClick={() => move(place - 1)} aria-label={`${name}: ${w.earlier}`} title={w.earlier}>
          <Icon name="back" size={16} />
        </button>
        <button type="button" class="icon-button place-handle" onKeyDown={onKey} aria-label={w.move(name)} title={w.move(name)}>
          <Icon name="move" size={16} />
        </button>
        <button
          type="button"
          class="icon-button"
          disabled={index === plan.places.length - 1}
          onClick={() => move(place + 1)}
          aria-label={`${name}: ${w.later}`}
          title={w.later}
        >
          <Icon name="forward" size={16} />
        </button>
      </span>
    </div>
  );
}
