/** The corners to drag, and between them the spots where a new one is put; each takes a finger of 44 px. */
import { words } from "../../lib/preferences";
import { apart_px, edges, middle, type Path, type Point, type Size } from "../../lib/shapes/geometry";

const STEP = 0.002;
const FAR = 10;
const FINE = 0.2;
const ARROWS: Readonly<Record<string, Point>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export interface HandlesProps {
  path: Path;
  size: Size;
  current: number;
  coarse: boolean;
  between: boolean;
  closed: boolean;
  grab: (event: PointerEvent, index: number) => void;
  split: (event: PointerEvent, edge: number) => void;
  focus: (index: number) => void;
  move: (index: number, to: Point) => void;
  remove: (index: number) => void;
  add: (index: number) => void;
}

export function Handles(props: HandlesProps) {
  const { path, size, coarse, current } = props;
  const w = words.value.shapes;
  const reach = coarse ? 22 : 12;
  const keys = (event: KeyboardEvent, index: number): void => {
    const way = ARROWS[event.key];
    const at = path[index];
    if (way && at) {
      const step = STEP * (event.shiftKey ? FAR : event.altKey ? FINE : 1);
      props.move(index, [at[0] + way[0] * step, at[1] + way[1] * step * (size.width / size.height)]);
    } else if (event.key === "Delete" || event.key === "Backspace") props.remove(index);
    else if (event.key === "Insert" || event.key === "+") props.add(index);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      {props.between &&
        edges(path, props.closed).map(([a, b], edge) => {
          if (apart_px(a, b, size) < reach * 3.2) return null;
          const [x, y] = middle(a, b);
          return (
            <g key={`between ${edge}`} class="shape-between" transform={`translate(${x * size.width} ${y * size.height})`} onPointerDown={(event) => props.split(event, edge)}>
              <circle r={reach} class="shape-reach" />
              <path d="M-4 0H4M0 -4V4" />
            </g>
          );
        })}
      {path.map(([x, y], index) => (
        <g
          key={index}
          class="shape-corner"
          data-current={index === current || undefined}
          transform={`translate(${x * size.width} ${y * size.height})`}
          tabIndex={0}
          role="button"
          aria-label={w.corner(index + 1, path.length, x, y)}
          onPointerDown={(event) => props.grab(event, index)}
          onFocus={() => props.focus(index)}
          onKeyDown={(event) => keys(event, index)}
        >
          <circle r={reach} class="shape-reach" />
          <circle r={6} class="shape-dot" />
          {!props.between && <text class="shape-name" x={10} y={-8}>{index + 1}</text>}
        </g>
      ))}
    </>
  );
}
