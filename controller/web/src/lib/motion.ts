/** What a search for motion in a drawn region asks, and what its answers come to. Pure. */
import type { FoundMotion } from "../api/types";
import { spanFrom } from "./search";
import { faultOf, within, ZONE, type Path } from "./shapes/geometry";

type Query = Readonly<Record<string, string>>;
/** How much of the region has to move at once. */
export const SHARES = ["any", "0.1", "0.3", "0.6"] as const;
export type ShareChoice = (typeof SHARES)[number];
const LEVELS = 6;

export const shareOf = (query: Query): ShareChoice => SHARES.find((share) => share === query["share"]) ?? "any";

/** The region of an address; empty where it holds none. */
export function regionOf(query: Query): Path {
  const path = (query["region"] ?? "").split(" ").map((corner) => corner.split(",").map(Number));
  const sound = path.every((corner) => corner.length === 2 && corner.every((part) => part >= 0 && part <= 1));
  return sound && path.length >= ZONE.least ? path.map(([x = 0, y = 0]) => within([x, y])) : [];
}

/** A region as an address holds it; none where it cannot be searched yet. */
export const regionText = (path: Path): string | undefined => (faultOf(path, ZONE) ? undefined : path.map(([x, y]) => `${x},${y}`).join(" "));

/** The query of `/search/motion`. */
export function motionParams(query: Query, camera: string, now_ms: number, cursor: string | null, limit: number): URLSearchParams {
  const params = new URLSearchParams({ camera, region: query["region"] ?? "", limit: String(limit) });
  if (shareOf(query) !== "any") params.set("share", shareOf(query));
  if (query["begin"] && query["end"]) params.set("hours", `${query["begin"]}-${query["end"]}`);
  for (const [name, at_ms] of Object.entries(spanFrom(query, now_ms))) params.set(name, String(Math.round(at_ms)));
  if (cursor) params.set("cursor", cursor);
  return params;
}

/** The query of the heat map of the same time. */
export function heatParams(query: Query, camera: string, now_ms: number): URLSearchParams {
  const params = new URLSearchParams({ camera });
  for (const [name, at_ms] of Object.entries(spanFrom(query, now_ms))) params.set(name, String(Math.round(at_ms)));
  return params;
}

type Told = Pick<FoundMotion, "from_ms" | "to_ms" | "told_from_ms" | "told_to_ms">;

/** How much of the time was looked through, 0..1. */
export const lookedShare = (found: Pick<FoundMotion, "from_ms" | "to_ms" | "searched_ms">): number =>
  found.to_ms > found.from_ms ? Math.min(1, Math.max(0, (found.to_ms - found.searched_ms) / (found.to_ms - found.from_ms))) : 1;

/** Why there may be nothing, or not everything: the node told nothing, only later or earlier than asked, masks hide it. */
export function lack(found: Told & { masked?: number }): "never" | "later" | "since" | "until" | "masked" | null {
  if (found.told_from_ms === null || found.told_to_ms === null) return "never";
  if (found.told_from_ms >= found.to_ms) return "later";
  if (found.told_to_ms <= found.from_ms) return "until";
  if ((found.masked ?? 0) >= 0.05) return "masked";
  return found.told_from_ms > found.from_ms ? "since" : null;
}

export interface HeatCell {
  x: number;
  y: number;
  width: number;
  height: number;
  level: number;
}

/** Cells as rectangles in 0..1, those of one row and level joined: 0 never moved, 6 moved most, by the root of the time. */
export function heatCells(cells_ms: readonly number[], columns: number, rows: number): readonly HeatCell[] {
  const most = Math.max(0, ...cells_ms);
  if (most === 0) return [];
  const level = (ms: number): number => (ms > 0 ? Math.max(1, Math.round(LEVELS * Math.sqrt(ms / most))) : 0);
  const found: HeatCell[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const here = level(cells_ms[row * columns + column] ?? 0);
      const last = found[found.length - 1];
      if (last && column > 0 && last.level === here && last.y === row / rows && Math.abs(last.x + last.width - column / columns) < 1e-9) last.width += 1 / columns;
      else found.push({ x: column / columns, y: row / rows, width: 1 / columns, height: 1 / rows, level: here });
    }
  return found;
}
