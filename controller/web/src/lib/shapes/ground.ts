/** Metres on the floor from spots in the picture: four or more known ones make a plane. Pure; the server fits the same. */
import type { Path, Point } from "./geometry";

/** x and y in the picture, metres east and north. */
export type Spot = readonly [number, number, number, number];
type Matrix = readonly number[];
export interface Ground {
  toMetres: Matrix;
  toPicture: Matrix;
  residual_m: number;
}
export type GroundFault = "few" | "flat" | "order";

export const MAX_RESIDUAL_M = 0.5;
const LEAST = 4;
const LEAST_PICTURE_AREA = 1e-4;
const LEAST_GROUND_AREA = 1e-2;
const LEAST_DEPTH = 1e-3;

/** The plane, or why the spots make none. */
export function fit(spots: readonly Spot[]): Ground | GroundFault {
  if (spots.length < LEAST) return "few";
  const picture: Path = spots.map(([x, y]) => [x, y]);
  const metres: Path = spots.map(([, , east, north]) => [east, north]);
  if (leastArea(picture) < LEAST_PICTURE_AREA || leastArea(metres) < LEAST_GROUND_AREA) return "flat";
  const at = centre(picture);
  const on = centre(metres);
  const scale = Math.max(...metres.flatMap(([e, n]) => [Math.abs(e - on[0]), Math.abs(n - on[1])]));
  const solved = solve(normal(picture.map(([x, y]) => [x - at[0], y - at[1]]), metres.map(([e, n]) => [(e - on[0]) / scale, (n - on[1]) / scale])));
  if (!solved) return "order"; // the middle lies on the horizon: some spots are before it, some behind
  const core: Matrix = [...solved, 1];
  const toMetres = times(times([scale, 0, on[0], 0, scale, on[1], 0, 0, 1], core), [1, 0, -at[0], 0, 1, -at[1], 0, 0, 1]);
  const depths = picture.map((point) => depth(toMetres, point));
  const deepest = depths.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  if (depths.some((one) => one / deepest < LEAST_DEPTH)) return "order";
  const straight = toMetres.map((value) => value / deepest);
  const back = inverse(straight);
  if (!back) return "flat";
  const ground = { toMetres: straight, toPicture: back, residual_m: 0 };
  const residual_m = Math.max(...spots.map(([x, y, east, north]) => apart(metresAt(ground, [x, y]) ?? [Infinity, 0], [east, north])));
  return { ...ground, residual_m };
}

const depth = (m: Matrix, [x, y]: Point): number => (m[6] ?? 0) * x + (m[7] ?? 0) * y + (m[8] ?? 0);
function through(m: Matrix, point: Point): Point | null {
  const far = depth(m, point);
  if (far <= LEAST_DEPTH ** 2) return null;
  const [x, y] = point;
  return [((m[0] ?? 0) * x + (m[1] ?? 0) * y + (m[2] ?? 0)) / far, ((m[3] ?? 0) * x + (m[4] ?? 0) * y + (m[5] ?? 0)) / far];
}

/** East and north of a spot of the picture; null at and above the horizon. */
export const metresAt = (ground: Ground, at: Point): Point | null => through(ground.toMetres, at);
/** Where a spot of the floor lies in the picture; null behind the camera. */
export const pictureAt = (ground: Ground, metres: Point): Point | null => through(ground.toPicture, metres);
const apart = (a: Point, b: Point): number => Math.hypot(a[0] - b[0], a[1] - b[1]);

/** How far two spots of the picture are from each other on the floor. */
export function distance_m(ground: Ground, a: Point, b: Point): number | null {
  const [from, to] = [metresAt(ground, a), metresAt(ground, b)];
  return from && to ? apart(from, to) : null;
}

export interface Grid {
  step_m: number;
  lines: (readonly [Point, Point])[];
}
const STEPS_M = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const MOST_LINES = 12;

/** Lines over the floor between the known spots, so far apart that they can be told from each other. */
export function grid(ground: Ground, spots: readonly Spot[]): Grid {
  const [east, north] = [2, 3].map((axis) => {
    const all = spots.map((spot) => spot[axis] as number);
    return [Math.min(...all), Math.max(...all)] as const;
  }) as [readonly [number, number], readonly [number, number]];
  const longest = Math.max(east[1] - east[0], north[1] - north[0]);
  const step_m = STEPS_M.find((step) => longest / step <= MOST_LINES) ?? 1000;
  const lines: (readonly [Point, Point])[] = [];
  const add = (a: Point, b: Point): void => {
    const [from, to] = [pictureAt(ground, a), pictureAt(ground, b)];
    if (from && to) lines.push([from, to]);
  };
  const on = ([low, high]: readonly [number, number]): number[] => {
    const first = Math.ceil(low / step_m - 1e-9);
    const count = Math.floor(high / step_m + 1e-9) - first + 1;
    return Array.from({ length: Math.max(0, count) }, (_, index) => (first + index) * step_m);
  };
  for (const at of on(east)) add([at, north[0]], [at, north[1]]);
  for (const at of on(north)) add([east[0], at], [east[1], at]);
  return { step_m, lines };
}

const centre = (path: Path): Point => [path.reduce((sum, [x]) => sum + x, 0) / path.length, path.reduce((sum, [, y]) => sum + y, 0) / path.length];

/** Of the triangles that any three of the first four make. */
function leastArea(path: Path): number {
  const four = path.slice(0, LEAST);
  return Math.min(
    ...four.map((_, without) => {
      const [a, b, c] = four.filter((_one, at) => at !== without) as [Point, Point, Point];
      return Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])) / 2;
    }),
  );
}

/** The equations of the eight unknowns, by least squares, as rows with their right side. */
function normal(from: Path, to: Path): number[][] {
  const rows = from.flatMap(([x, y], at) => {
    const [u, v] = to[at] as Point;
    return [[x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v]];
  });
  return Array.from({ length: 8 }, (_, i) => Array.from({ length: 9 }, (_one, j) => rows.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0)));
}

/** Gauss with the largest pivot; null where there is no one answer. */
function solve(rows: number[][]): number[] | null {
  const count = rows.length;
  for (let column = 0; column < count; column++) {
    const best = rows.slice(column).reduce((found, row, at) => (Math.abs(row[column] ?? 0) > Math.abs(rows[found]?.[column] ?? 0) ? column + at : found), column);
    [rows[column], rows[best]] = [rows[best] as number[], rows[column] as number[]];
    const pivot = rows[column] as number[];
    const size = pivot[column] ?? 0;
    if (Math.abs(size) < 1e-14) return null;
    for (const row of rows) {
      if (row === pivot) continue;
      const share = (row[column] ?? 0) / size;
      for (let at = column; at <= count; at++) row[at] = (row[at] ?? 0) - share * (pivot[at] ?? 0);
    }
  }
  return rows.map((row, at) => (row[count] ?? 0) / (row[at] ?? 1));
}

function times(a: Matrix, b: Matrix): Matrix {
  return Array.from({ length: 9 }, (_, at) => [0, 1, 2].reduce((sum, k) => sum + (a[Math.floor(at / 3) * 3 + k] ?? 0) * (b[k * 3 + (at % 3)] ?? 0), 0));
}

/** Scaled so that a spot before the camera has a positive depth. */
function inverse(m: Matrix): Matrix | null {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = m;
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (Math.abs(determinant) < 1e-18) return null;
  return [e * i - f * h, c * h - b * i, b * f - c * e, f * g - d * i, a * i - c * g, c * d - a * f, d * h - e * g, b * g - a * h, a * e - b * d].map((value) => value / determinant);
}
