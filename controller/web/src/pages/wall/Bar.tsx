/** The line over the wall: which layout, which page, what is drawn. */
import { useEffect, useState } from "preact/hooks";
import { layouts, type Layout } from "../../api/layouts";
import { drawerWanted, layout as tilesWanted, words } from "../../lib/preferences";
import { LAYOUTS } from "../../lib/wall";
import { Icon } from "../../ui/Icon";
import { Overlays } from "./Overlays";
import { choose, setPage, type Plan } from "./plan";

const SIZE = "#";

export function Bar({ plan, edit, held }: { plan: Plan; edit: () => void; held: boolean }) {
  const w = words.value.wall;
  return (
    <div class="toolbar">
      <h1 class="unseen">{w.title}</h1>
      <Layouts plan={plan} />
      {plan.pages > 1 && <Pager page={plan.page} pages={plan.pages} />}
      {plan.turn_s > 0 && plan.pages > 1 && <Turning plan={plan} held={held} />}
      <span class="push" />
      <Overlays />
      <button type="button" class="quiet" onClick={edit} title={words.value.walls.edit}>
        <Icon name="pencil" size={16} />
        <span class="wide-only">{words.value.walls.edit}</span>
        <span class="unseen narrow-only">{words.value.walls.edit}</span>
      </button>
      <button
        type="button"
        class="quiet wide-only"
        aria-pressed={drawerWanted.value}
        title={drawerWanted.value ? w.drawerHide : w.drawerShow}
        onClick={() => (drawerWanted.value = !drawerWanted.value)}
      >
        <Icon name="drawer" size={16} />
        {w.drawer}
      </button>
    </div>
  );
}

function Layouts({ plan }: { plan: Plan }) {
  const w = words.value;
  const saved = layouts.value ?? [];
  const own = saved.filter((one) => !one.shared);
  const shared = saved.filter((one) => one.shared);
  const pick = (value: string): void => {
    if (!value.startsWith(SIZE)) {
      choose(value);
      return;
    }
    tilesWanted.value = LAYOUTS.find((size) => SIZE + String(size) === value) ?? 0;
    choose(null);
  };
  return (
    <select aria-label={w.wall.layout} value={plan.named?.id ?? SIZE + String(tilesWanted.value)} onChange={(event) => pick(event.currentTarget.value)}>
      <optgroup label={w.walls.plain}>
        {LAYOUTS.map((size) => (
          <option key={size} value={SIZE + String(size)}>
            {size === 0 ? w.wall.auto : w.wall.tiles(size)}
          </option>
        ))}
      </optgroup>
      <Group label={w.walls.own} items={own} />
      <Group label={w.walls.shared} items={shared} />
    </select>
  );
}

function Group({ label, items }: { label: string; items: readonly Layout[] }) {
  if (items.length === 0) return null;
  return (
    <optgroup label={label}>
      {items.map((one) => (
        <option key={one.id} value={one.id}>
          {one.name}
        </option>
      ))}
    </optgroup>
  );
}

export function Pager({ page, pages }: { page: number; pages: number }) {
  const w = words.value.wall;
  return (
    <span class="pager">
      <button type="button" class="icon-button" disabled={page === 0} onClick={() => setPage(page - 1)} aria-label={w.previous} title={`${w.previous} (PgUp)`}>
        <Icon name="back" size={16} />
      </button>
      <span>{w.page(page + 1, pages)}</span>
      <button type="button" class="icon-button" disabled={page === pages - 1} onClick={() => setPage(page + 1)} aria-label={w.next} title={`${w.next} (PgDn)`}>
        <Icon name="forward" size={16} />
      </button>
    </span>
  );
}

/** Turns pages by the clock, but never under the hand of who looks at one camera. */
function Turning({ plan, held }: { plan: Plan; held: boolean }) {
  const w = words.value.walls;
  const [stopped, setStopped] = useState(false);
  const runs = !stopped && !held;
  useEffect(() => {
    if (!runs) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible" && !document.fullscreenElement) setPage((plan.page + 1) % plan.pages);
    }, plan.turn_s * 1000);
    return () => clearInterval(timer);
  }, [runs, plan.page, plan.pages, plan.turn_s]);
  return (
    <button type="button" class="quiet" aria-pressed={runs} onClick={() => setStopped(!stopped)}>
      <Icon name={runs ? "pause" : "play"} size={14} />
      <span class="wide-only">{runs ? w.turning(plan.turn_s) : w.turnStopped}</span>
      <span class="unseen narrow-only">{runs ? w.turning(plan.turn_s) : w.turnStopped}</span>
    </button>
  );
}
