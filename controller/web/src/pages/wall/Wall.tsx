/** Cameras live in a grid that never jumps, as their layout says, with the open alarms beside them. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { layouts, loadLayouts } from "../../api/layouts";
import { loadMasks } from "../../api/masks";
import * as store from "../../api/store";
import type { Camera } from "../../api/types";
import { drawerWanted, wallLayout, words } from "../../lib/preferences";
import { qualityFor } from "../../lib/wall";
import { Command, Empty, Loading } from "../../ui/parts";
import { route } from "../place";
import { Bar } from "./Bar";
import { Drawer } from "./Drawer";
import { EditBar } from "./EditBar";
import { useKeys } from "./keys";
import { PlaceEditor } from "./Place";
import { draft, edit, planOf, turnTo } from "./plan";
import { Tile } from "./Tile";

/** As in wall.css: one column of tiles. */
const NARROW_PX = 760;
const ADD_NODE = "cctv node add gate --out gate.toml";

export function Wall() {
  const w = words.value;
  const cameras = store.cameras.value;
  const ids = (cameras ?? []).map((camera) => camera.id);
  const area = useRef<HTMLDivElement>(null);
  const [aspect, setAspect] = useState(innerWidth / innerHeight);
  const wanted = route.value.query["layout"] ?? "";
  const selected = route.value.query["camera"] ?? "";
  const plan = planOf(ids, aspect);
  const select = (id: string): void => turnTo({ camera: id === selected ? undefined : id });
  useKeys(plan, ids, select);

  useEffect(() => {
    void loadLayouts();
    void loadMasks();
    return () => void (draft.value = null);
  }, []);
  // An address without a layout, by the rail or by hand, means the one that was chosen last.
  useEffect(() => {
    if (!wanted && wallLayout.value) turnTo({ layout: wallLayout.value });
  }, [wanted]);
  useEffect(() => {
    if (plan.named) wallLayout.value = plan.named.id;
  }, [plan.named?.id]);
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setAspect(element.clientWidth / Math.max(1, element.clientHeight)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [ids.length > 0, wanted !== "" && layouts.value === null]);

  if (!cameras || (wanted && layouts.value === null)) return <Loading />;
  if (cameras.length === 0)
    return (
      <Empty icon="camera" title={w.wall.empty} help={w.wall.emptyHelp}>
        <Command text={ADD_NODE} />
      </Empty>
    );
  const known = new Map(cameras.map((camera) => [camera.id, camera]));
  const single = plan.columns * plan.rows === 1;
  const editing = draft.value !== null;
  return (
    <div class="wall" data-drawer={drawerWanted.value || undefined}>
      <section class="wall-main">
        <div>
          {editing ? <EditBar plan={plan} /> : <Bar plan={plan} edit={() => edit(plan, ids)} held={selected !== ""} />}
          {wanted && !plan.named && (
            <p class="muted edit-help" role="status">
              {w.walls.gone}
            </p>
          )}
        </div>
        <div class="wall-area" ref={area}>
          <div class="wall-grid" style={{ "--columns": plan.columns, "--rows": plan.rows }}>
            {plan.places.map((id, index) => (
              <div class="place" key={id === null || plan.places.indexOf(id) < index ? index : id} data-free={id === null && !editing ? true : undefined}>
                <Standing
                  id={id}
                  camera={id === null ? undefined : known.get(id)}
                  position={single ? plan.page + 1 : index + 1}
                  columns={plan.columns}
                  selected={id === selected}
                  select={select}
                />
                {editing && <PlaceEditor plan={plan} index={index} camera={id} />}
              </div>
            ))}
          </div>
        </div>
      </section>
      {drawerWanted.value && <Drawer />}
    </div>
  );
}

function Standing(props: { id: string | null; camera: Camera | undefined; position: number; columns: number; selected: boolean; select: (id: string) => void }) {
  const { id, camera, position, columns, selected, select } = props;
  const w = words.value;
  if (!camera) return <div class="tile free">{id === null ? w.wall.free : w.walls.unknown(id)}</div>;
  return (
    <Tile camera={camera} position={position} quality={qualityFor(selected, columns, camera.has_sub, innerWidth <= NARROW_PX)} selected={selected} select={() => select(camera.id)} />
  );
}
