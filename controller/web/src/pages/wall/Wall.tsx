/** All cameras live, in a grid that never jumps, with the open alarms beside them. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import * as store from "../../api/store";
import { boxesWanted, drawerWanted, layout, words } from "../../lib/preferences";
import { grid, LAYOUTS, pageOf, qualityFor } from "../../lib/wall";
import { Icon } from "../../ui/Icon";
import { Command, Empty, Loading, Select } from "../../ui/parts";
import { go, route, typing } from "../place";
import { Drawer } from "./Drawer";
import { Tile } from "./Tile";

const ADD_NODE = "cctv node add gate --out gate.toml";

export function Wall() {
  const w = words.value.wall;
  const cameras = store.cameras.value;
  const [page, setPage] = useState(0);
  const selected = route.value.query["camera"] ?? "";
  const count = cameras?.length ?? 0;
  const area = useRef<HTMLDivElement>(null);
  const [aspect, setAspect] = useState(innerWidth / innerHeight);
  const { columns, rows } = grid(layout.value, count, aspect);
  const single = layout.value === 1;
  const view = pageOf(cameras ?? [], columns * rows, page);
  const select = (id: string): void => go("wall", { camera: id === selected ? undefined : id }, true);

  useEffect(() => {
    const key = (event: KeyboardEvent): void => {
      if (typing(event)) return;
      const digit = Number(event.key);
      const camera = cameras?.[single ? digit - 1 : view.page * columns * rows + digit - 1];
      if (digit >= 1 && camera) {
        if (single) setPage(digit - 1);
        select(camera.id);
      } else if (event.key === "b" || event.key === "B") boxesWanted.value = !boxesWanted.value;
      else if (event.key === "f" || event.key === "F") dispatchEvent(new CustomEvent("wall-action", { detail: "full" }));
      else if (event.key === "s" || event.key === "S") dispatchEvent(new CustomEvent("wall-action", { detail: "snapshot" }));
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  });

  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setAspect(element.clientWidth / Math.max(1, element.clientHeight)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [count > 0]);

  if (!cameras) return <Loading />;
  if (count === 0)
    return (
      <Empty icon="camera" title={w.empty} help={w.emptyHelp}>
        <Command text={ADD_NODE} />
      </Empty>
    );
  const free = layout.value === 0 || single ? 0 : columns * rows - view.items.length;
  return (
    <div class="wall" data-drawer={drawerWanted.value || undefined}>
      <section class="wall-main">
        <div class="toolbar">
          <h1 class="unseen">{w.title}</h1>
          <Select
            label={w.layout}
            value={String(layout.value)}
            options={LAYOUTS.map((size) => [String(size), size === 0 ? w.auto : w.tiles(size)] as const)}
            choose={(value) => {
              layout.value = LAYOUTS.find((size) => String(size) === value) ?? 0;
              setPage(0);
            }}
          />
          {view.pages > 1 && <Pager page={view.page} pages={view.pages} turn={setPage} />}
          <span class="muted keys">{w.keys}</span>
          <span class="push" />
          <button type="button" class="quiet" aria-pressed={boxesWanted.value} onClick={() => (boxesWanted.value = !boxesWanted.value)} title="B">
            <Icon name="boxes" size={16} />
            {w.boxes}
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
        <div class="wall-area" ref={area}>
          <div class="wall-grid" style={{ "--columns": columns, "--rows": rows }}>
            {view.items.map((camera, index) => (
              <Tile
                key={camera.id}
                camera={camera}
                position={single ? view.page + 1 : index + 1}
                quality={qualityFor(camera.id === selected, columns, camera.has_sub)}
                selected={camera.id === selected}
                select={() => select(camera.id)}
              />
            ))}
            {Array.from({ length: free }, (_, index) => (
              <div class="tile free" key={index} aria-hidden="true">
                {w.free}
              </div>
            ))}
          </div>
        </div>
      </section>
      {drawerWanted.value && <Drawer />}
    </div>
  );
}

function Pager({ page, pages, turn }: { page: number; pages: number; turn: (page: number) => void }) {
  const w = words.value.wall;
  return (
    <span class="pager">
      <button type="button" class="icon-button" disabled={page === 0} onClick={() => turn(page - 1)} aria-label={w.previous}>
        <Icon name="back" size={16} />
      </button>
      <span>{w.page(page + 1, pages)}</span>
      <button type="button" class="icon-button" disabled={page === pages - 1} onClick={() => turn(page + 1)} aria-label={w.next}>
        <Icon name="forward" size={16} />
      </button>
    </span>
  );
}
