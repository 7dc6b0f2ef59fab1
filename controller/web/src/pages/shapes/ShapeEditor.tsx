/** Draws zones, lines and masks over a picture: with the pointer, with a finger, with the keys. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Camera } from "../../api/types";
import { words } from "../../lib/preferences";
import { apart_px, inserted, moved, nearestEdge, refusal, removed, snapped, within, type Demand, type Fault, type Path, type Point, type Size, type Target } from "../../lib/shapes/geometry";
import { typing, useKeyPress } from "../../ui/keyPress";
import { Backdrop } from "./Backdrop";
import { Handles } from "./Handles";
import { Outline, Outlines, type Named } from "./Outlines";
import { ShapeTools } from "./ShapeTools";

const SNAP_PX = 10;
const CLOSE_PX = 14;
const coarse = matchMedia("(pointer: coarse)");

export interface ShapeEditorProps {
  camera: Camera | null;
  demand: Demand;
  paths: readonly Path[];
  selected: number;
  select?: (index: number) => void;
  /** Shown faintly; corners and edges hold to them. */
  others: readonly Named[];
  change: (paths: readonly Path[], mark?: string) => void;
  undo: (() => void) | undefined;
  redo: (() => void) | undefined;
  label: string;
  /** Each corner stands for itself: nothing is put between two of them. */
  loose?: boolean;
  children?: (size: Size) => ComponentChildren;
}

export function ShapeEditor(props: ShapeEditorProps) {
  const { camera, demand, paths, selected, others, loose = false } = props;
  const w = words.value.shapes;
  const frame = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>({ width: 640, height: 360 });
  const [drag, setDrag] = useState<{ corner: number; path: Path } | null>(null);
  const [corner, setCorner] = useState(-1);
  const [fault, setFault] = useState<Fault | null>(null);
  const [snapping, setSnapping] = useState(true);
  const [finished, setFinished] = useState(true);
  const path = paths[selected] ?? [];
  const drawing = path.length < demand.least || !finished;
  const shown = drag?.path ?? path;
  const open = drawing || !demand.closed;
  const aspect = camera && camera.width_px > 0 && camera.height_px > 0 ? camera.width_px / camera.height_px : 16 / 9;

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => entry && setSize({ width: Math.max(1, entry.contentRect.width), height: Math.max(1, entry.contentRect.height) }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const whole = path.length >= demand.least;
  useEffect(() => {
    setFinished(whole);
    setCorner(-1);
    setFault(null);
  }, [selected, demand]);
  useEffect(() => {
    if (!whole) setFinished(false);
  }, [whole]);

  const targets: Target[] = [...others, ...paths.filter((_, at) => at !== selected).map((points) => ({ points, closed: demand.closed }))];
  const put = (next: Path, mark = ""): boolean => {
    const why = refusal(path, next, demand, open);
    setFault(why);
    if (why) return false;
    props.change(paths.length > selected ? paths.map((one, at) => (at === selected ? next : one)) : [...paths, next], mark);
    return true;
  };
  const where = (event: PointerEvent): Point => {
    const box = frame.current?.getBoundingClientRect();
    if (!box) return [0, 0];
    const at = within([(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]);
    return snapping && !event.altKey ? snapped(at, targets, size, SNAP_PX) : at;
  };
  const finish = (): void => {
    if (path.length < demand.least) return setFault("few");
    if (refusal([], path, demand, false)) return setFault("crosses");
    setFault(null);
    setFinished(true);
  };
  const press = (event: PointerEvent): void => {
    if (event.button !== 0 || !drawing) return;
    const at = where(event);
    const first = path[0];
    if (demand.closed && first && path.length >= demand.least && apart_px(at, first, size) < CLOSE_PX) return finish();
    if (!put([...path, at])) return;
    setCorner(path.length);
    if (!demand.closed && path.length + 1 === demand.most) setFinished(true);
  };
  const grab = (event: PointerEvent, index: number): void => {
    if (event.button !== 0) return;
    if (drawing && index === 0 && demand.closed && path.length >= demand.least) {
      event.stopPropagation();
      return finish();
    }
    event.stopPropagation();
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    setCorner(index);
    setDrag({ corner: index, path });
  };
  const split = (event: PointerEvent, edge: number): void => {
    event.stopPropagation();
    const near = nearestEdge(path, demand.closed, where(event), size);
    if (event.button === 0 && near && put(inserted(path, edge + 1, where(event)))) setCorner(edge + 1);
  };
  const pull = (event: PointerEvent): void => {
    if (!drag) return;
    const next = moved(path, drag.corner, where(event));
    const why = refusal(path, next, demand, open);
    setFault(why);
    if (!why) setDrag({ ...drag, path: next });
  };
  const drop = (): void => {
    if (!drag) return;
    if (drag.path !== path) put(drag.path);
    setDrag(null);
  };
  const remove = (index: number): void => {
    if (index in path && put(removed(path, index))) setCorner(Math.min(index, path.length - 2));
  };
  const add = (): void => {
    if (loose || open) return setFinished(false);
    const at = corner in path ? corner : path.length - 1;
    const [a, b] = [path[at], path[(at + 1) % path.length]];
    if (a && b && put(inserted(path, at + 1, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]))) setCorner(at + 1);
  };
  const keys = (event: KeyboardEvent): void => {
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (command && key === "z" && !event.shiftKey) props.undo?.();
    else if (command && (key === "y" || (key === "z" && event.shiftKey))) props.redo?.();
    else if (key === "enter") {
      if (drawing) finish();
      event.preventDefault();
      return event.stopPropagation();
    }
    else if (drawing && key === "escape" && path.length > 0) put(path.slice(0, -1));
    else return;
    setFault(null);
    event.preventDefault();
    event.stopPropagation();
  };

  // Corners that were set with the pointer leave the focus nowhere: the keys that end a drawing are heard there too.
  useKeyPress((event) => {
    const nowhere = event.target === document.body || (event.target instanceof Element && event.target.id === "main");
    if (drawing && nowhere && !event.defaultPrevented && !typing(event)) keys(event);
  });

  return (
    <div class="shape-editor" onKeyDown={keys}>
      <div class="shape-frame" ref={frame} style={{ aspectRatio: String(aspect) }}>
        {camera && <Backdrop key={camera.id} camera={camera} />}
        <svg
          viewBox={`0 0 ${size.width} ${size.height}`}
          class="shape-canvas"
          data-drawing={drawing || undefined}
          role="group"
          aria-label={props.label}
          onPointerDown={press}
          onPointerMove={pull}
          onPointerUp={drop}
          onPointerCancel={() => setDrag(null)}
        >
          {props.children?.(size)}
          <Outlines shapes={[...others]} size={size} />
          {paths.map((one, at) => at !== selected && <Outline key={at} path={one} closed={demand.closed} size={size} kind="sibling" {...(props.select ? { choose: () => props.select?.(at) } : {})} />)}
          <Outline path={shown} closed={!open} size={size} kind={fault === "crosses" ? "refused" : "own"} />
          <Handles path={shown} size={size} current={corner} coarse={coarse.matches} between={!loose && !drawing} closed={demand.closed} grab={grab} split={split} focus={setCorner} move={(index, to) => put(moved(path, index, to), `corner ${selected} ${index}`)} remove={remove} add={(index) => (setCorner(index), add())} />
        </svg>
      </div>
      <ShapeTools
        drawing={drawing}
        count={path.length}
        demand={demand}
        fault={fault}
        snapping={snapping}
        snap={setSnapping}
        undo={props.undo}
        redo={props.redo}
        finish={finish}
        add={add}
        remove={corner in path ? () => remove(corner) : undefined}
        clear={() => (setFinished(false), setFault(null), setCorner(-1), props.change(paths.map((one, at) => (at === selected ? [] : one))))}
        usual={(next) => (props.change(paths.length > selected ? paths.map((one, at) => (at === selected ? next : one)) : [...paths, next]), setFinished(true))}
      />
      <p class="unseen" aria-live="polite">
        {corner in path && w.corner(corner + 1, path.length, shown[corner]?.[0] ?? 0, shown[corner]?.[1] ?? 0)}
      </p>
    </div>
  );
}
