/** What can be done with a drawing besides dragging, and what it says: how to go on, or why a step was refused. */
import { words } from "../../lib/preferences";
import { bay, level, rectangle, type Demand, type Fault, type Path } from "../../lib/shapes/geometry";
import { Icon } from "../../ui/Icon";

export interface ShapeToolsProps {
  drawing: boolean;
  count: number;
  demand: Demand;
  fault: Fault | null;
  snapping: boolean;
  snap: (on: boolean) => void;
  undo: (() => void) | undefined;
  redo: (() => void) | undefined;
  finish: () => void;
  add: () => void;
  remove: (() => void) | undefined;
  clear: () => void;
  usual: (path: Path) => void;
}

export function ShapeTools(props: ShapeToolsProps) {
  const w = words.value.shapes;
  const { drawing, count, demand, fault } = props;
  const ready = drawing && count >= demand.least;
  return (
    <>
      <div class="shape-tools" role="toolbar" aria-label={w.tools}>
        <button type="button" class="icon-button" onClick={props.undo} disabled={!props.undo} aria-label={w.undo} title={`${w.undo} (Ctrl+Z)`}>
          <Icon name="undo" />
        </button>
        <button type="button" class="icon-button" onClick={props.redo} disabled={!props.redo} aria-label={w.redo} title={`${w.redo} (Ctrl+Y)`}>
          <Icon name="redo" />
        </button>
        {drawing ? (
          <button type="button" class={ready ? "primary" : ""} onClick={props.finish} disabled={!ready}>
            {w.finish}
          </button>
        ) : (
          <button type="button" class="quiet" onClick={props.add}>
            <Icon name="plus" size={16} /> {w.add}
          </button>
        )}
        {!drawing && (
          <button type="button" class="quiet" onClick={props.remove} disabled={!props.remove}>
            <Icon name="minus" size={16} /> {w.remove}
          </button>
        )}
        {count === 0 ? (
          <button type="button" class="quiet" onClick={() => props.usual(demand.closed ? rectangle : demand.least === 2 ? level : bay)}>
            {w.usual}
          </button>
        ) : (
          <button type="button" class="quiet" onClick={props.clear}>
            {w.anew}
          </button>
        )}
        <span class="push" />
        <button type="button" class="quiet" aria-pressed={props.snapping} onClick={() => props.snap(!props.snapping)} title={w.snapHelp}>
          <Icon name={props.snapping ? "check" : "close"} size={16} /> {w.snap}
        </button>
      </div>
      <p class={fault ? "shape-said bad" : "shape-said muted"} role="status">
        {fault ? w.fault[fault](demand.least, demand.most) : drawing ? w.drawing(count, demand.least, demand.closed) : w.editing}
      </p>
    </>
  );
}
