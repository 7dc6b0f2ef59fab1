/** Corners, edges and crossings of what is drawn over a picture, in 0..1 of its width and height. Pure. */

export type Point = readonly [number, number];
export type Path = readonly Point[];
export type Fault = "few" | "many" | "same" | "crosses" | "flat";
/** What a path must be to be kept. */
export interface Demand {
  closed: boolean;
  least: number;
  most: number;
}

export const ZONE: Demand = { closed: true, least: 3, most: 64 };
export const LINE: Demand = { closed: false, least: 2, most: 16 };
export const GROUND: Demand = { closed: false, least: 4, most: 16 };

const STEPS = 10_000;
const NIL = 1e-12;
const FLAT_AREA = 1e-5;

const part = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * STEPS) / STEPS;
/** The nearest point that may stand in a file: within the picture, with four digits. */
export const within = ([x, y]: Point): Point => [part(x), part(y)];
export const moved = (path: Path, index: number, to: Point): Path => path.map((point, at) => (at === index ? within(to) : point));
export const inserted = (path: Path, index: number, point: Point): Path => [...path.slice(0, index), within(point), ...path.slice(index)];
export const removed = (path: Path, index: number): Path => path.filter((_, at) => at !== index);
export const middle = ([ax, ay]: Point, [bx, by]: Point): Point => [(ax + bx) / 2, (ay + by) / 2];

/** Every edge as the corners at its ends; the last leads back to the first where the path is closed. */
export function edges(path: Path, closed: boolean): (readonly [Point, Point])[] {
  const found: (readonly [Point, Point])[] = [];
  for (let at = 0; at + 1 < path.length; at++) found.push([path[at] as Point, path[at + 1] as Point]);
  if (closed && path.length > 2) found.push([path[path.length - 1] as Point, path[0] as Point]);
  return found;
}

const side = ([a, b]: readonly [Point, Point], [x, y]: Point): number => {
  const area = (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]);
  return Math.abs(area) <= NIL ? 0 : Math.sign(area);
};

function goesThrough(edge: readonly [Point, Point], before: Point, corner: Point, after: Point): boolean {
  if (side(edge, corner) !== 0 || side(edge, before) * side(edge, after) >= 0) return false;
  const [a, b] = edge;
  const along = (corner[0] - a[0]) * (b[0] - a[0]) + (corner[1] - a[1]) * (b[1] - a[1]);
  return along > NIL && along < (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2 - NIL;
}

/** The first two edges that cross, by the corner that each begins at; edges that only touch cross nothing. As the server judges it. */
export function crossing(path: Path, closed: boolean): readonly [number, number] | null {
  const all = edges(path, closed);
  for (const [i, one] of all.entries())
    for (const [j, other] of all.entries()) {
      if (j <= i) continue;
      if (side(one, other[0]) * side(one, other[1]) < 0 && side(other, one[0]) * side(other, one[1]) < 0) return [i, j];
    }
  for (const [i, edge] of all.entries())
    for (const [k, corner] of path.entries()) {
      const before = path[k - 1] ?? (closed ? path[path.length - 1] : undefined);
      const after = path[k + 1] ?? (closed ? path[0] : undefined);
      if (before && after && goesThrough(edge, before, corner, after)) return [i, k];
    }
  return null;
}

/** Twice the area, with a sign; what `lib/zones` calls share is half of its size. */
const twiceArea = (path: Path): number =>
  path.reduce((sum, [x, y], at) => {
    const [nextX, nextY] = path[(at + 1) % path.length] as Point;
    return sum + x * nextY - nextX * y;
  }, 0);

/** Why a path cannot be kept as it is; null when it can. */
export function faultOf(path: Path, demand: Demand): Fault | null {
  if (path.length < demand.least) return "few";
  if (path.length > demand.most) return "many";
  if (edges(path, demand.closed).some(([a, b]) => a[0] === b[0] && a[1] === b[1])) return "same";
  if (!demand.closed) return null;
  if (crossing(path, true)) return "crosses";
  return Math.abs(twiceArea(path)) / 2 < FLAT_AREA ? "flat" : null;
}

/** Why the next step of drawing is refused. `from`: the path as it was; what was wrong before may stay so. */
export function refusal(from: Path, to: Path, demand: Demand, open: boolean): Fault | null {
  if (to.length > demand.most) return "many";
  if (to.length < from.length && to.length < demand.least && !open) return "few";
  if (!demand.closed) return null;
  const crossed = (path: Path): boolean => crossing(path, !open) !== null;
  return crossed(to) && !crossed(from) ? "crosses" : null;
}

export interface Near {
  edge: number;
  at: Point;
  distance_px: number;
}
export interface Size {
  width: number;
  height: number;
}
export const apart_px = (a: Point, b: Point, size: Size): number => Math.hypot((a[0] - b[0]) * size.width, (a[1] - b[1]) * size.height);

/** The spot of an edge that is nearest, as a person sees it: in pixels of the picture on the screen. */
export function nearestEdge(path: Path, closed: boolean, to: Point, size: Size): Near | null {
  let best: Near | null = null;
  for (const [edge, [a, b]] of edges(path, closed).entries()) {
    const wayX = (b[0] - a[0]) * size.width;
    const wayY = (b[1] - a[1]) * size.height;
    const length2 = wayX * wayX + wayY * wayY;
    const along = length2 === 0 ? 0 : ((to[0] - a[0]) * size.width * wayX + (to[1] - a[1]) * size.height * wayY) / length2;
    const share = Math.min(1, Math.max(0, along));
    const at: Point = [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
    const distance_px = apart_px(at, to, size);
    if (!best || distance_px < best.distance_px) best = { edge, at, distance_px };
  }
  return best;
}

export interface Target {
  points: Path;
  closed: boolean;
}
const CORNERS: Path = [[0, 0], [1, 0], [1, 1], [0, 1]];

/** Where a corner comes to lie that is let go near a corner, an edge or the picture's border; else where it is. */
export function snapped(to: Point, targets: readonly Target[], size: Size, reach_px: number): Point {
  const corners = [...targets.flatMap((target) => target.points), ...CORNERS];
  const nearest = corners.map((at) => ({ at, away_px: apart_px(at, to, size) })).sort((a, b) => a.away_px - b.away_px)[0];
  if (nearest && nearest.away_px <= reach_px) return within(nearest.at);
  const near = targets.map((target) => nearestEdge(target.points, target.closed, to, size)).filter((one) => one !== null).sort((a, b) => a.distance_px - b.distance_px)[0];
  const at = near && near.distance_px <= reach_px ? near.at : to;
  const toBorder = (value: number, length: number): number => (value * length <= reach_px ? 0 : (1 - value) * length <= reach_px ? 1 : value);
  return near && at === near.at ? within(at) : within([toBorder(at[0], size.width), toBorder(at[1], size.height)]);
}

/** An upright rectangle in the middle, to begin with without a pointer. */
export const rectangle: Path = [[0.25, 0.35], [0.75, 0.35], [0.75, 0.85], [0.25, 0.85]];
/** A bay on the floor, near left first. */
export const bay: Path = [[0.2, 0.85], [0.8, 0.85], [0.65, 0.5], [0.35, 0.5]];
export const level: Path = [[0.25, 0.6], [0.75, 0.6]];
/** Whether both say the same corners in the same order. */
export const isSame = (a: Path, b: Path): boolean => a.length === b.length && a.every(([x, y], at) => x === b[at]?.[0] && y === b[at]?.[1]);
