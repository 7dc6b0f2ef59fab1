/** Zones and lines as they lie over a picture, in its pixels on the screen. */
import type { Path, Size, Target } from "../../lib/shapes/geometry";

export interface Named extends Target {
  name: string | null;
}
type Look = "own" | "sibling" | "other" | "refused";

export const place = (path: Path, size: Size): string => path.map(([x, y]) => `${(x * size.width).toFixed(1)},${(y * size.height).toFixed(1)}`).join(" ");

export function Outline(props: { path: Path; closed: boolean; size: Size; kind: Look; choose?: () => void }) {
  const points = place(props.path, props.size);
  const attributes = { points, class: "shape", "data-look": props.kind, ...(props.choose ? { onPointerDown: props.choose } : {}) };
  return props.closed ? <polygon {...attributes} /> : <polyline {...attributes} />;
}

export function Outlines({ shapes, size }: { shapes: readonly Named[]; size: Size }) {
  return (
    <g aria-hidden="true">
      {shapes.map((shape, index) => (
        <g key={index}>
          <Outline path={shape.points} closed={shape.closed} size={size} kind="other" />
          {shape.name && shape.points[0] && (
            <text class="shape-name" x={shape.points[0][0] * size.width + 4} y={Math.max(12, shape.points[0][1] * size.height - 5)}>
              {shape.name}
            </text>
          )}
        </g>
      ))}
    </g>
  );
}

/** An arrow from one spot to another, both in 0..1: which way counts. */
export function Arrow({ from, to, size }: { from: readonly [number, number]; to: readonly [number, number]; size: Size }) {
  const [x1, y1, x2, y2] = [from[0] * size.width, from[1] * size.height, to[0] * size.width, to[1] * size.height];
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const wing = (turn: number): string => `${(x2 - 12 * Math.cos(angle + turn)).toFixed(1)},${(y2 - 12 * Math.sin(angle + turn)).toFixed(1)}`;
  return (
    <g class="shape-arrow" aria-hidden="true">
      <line x1={x1} y1={y1} x2={x2} y2={y2} />
      <polyline points={`${wing(0.5)} ${x2.toFixed(1)},${y2.toFixed(1)} ${wing(-0.5)}`} />
    </g>
  );
}
