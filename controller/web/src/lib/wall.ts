/** Lays tiles out: how many columns, which cameras on which page, which quality each one shows. */
import type { Quality } from "./framing";

export const LAYOUTS = [0, 1, 4, 6, 9, 12, 16] as const;
export type Layout = (typeof LAYOUTS)[number];
const COLUMNS: Readonly<Record<Layout, number>> = { 0: 0, 1: 1, 4: 2, 6: 3, 9: 3, 12: 4, 16: 4 };
const MOST = 16;
const TILE_ASPECT = 16 / 9;

/** Columns and rows for a layout; 0 is the grid that shows `cameras` largest in an area of width / height `aspect`. */
export function grid(layout: Layout, cameras: number, aspect: number): { columns: number; rows: number } {
  if (layout !== 0) return { columns: COLUMNS[layout], rows: layout / COLUMNS[layout] };
  const count = Math.min(Math.max(cameras, 1), MOST);
  let best = { columns: 1, rows: count, width: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const width = Math.min(aspect / columns, TILE_ASPECT / rows);
    if (width > best.width) best = { columns, rows, width };
  }
  return { columns: best.columns, rows: best.rows };
}

/** The cameras of one page, and how many pages there are. */
export function pageOf<T>(items: readonly T[], size: number, page: number): { items: readonly T[]; pages: number; page: number } {
  const pages = Math.max(1, Math.ceil(items.length / size));
  const at = Math.min(Math.max(page, 0), pages - 1);
  return { items: items.slice(at * size, (at + 1) * size), pages, page: at };
}

/** The selected tile and large ones get the full picture, all others the sub stream where there is one; on a phone no tile is large. */
export function qualityFor(selected: boolean, columns: number, hasSub: boolean, narrow = false): Quality {
  return selected || (columns <= 2 && !narrow) || !hasSub ? "main" : "sub";
}
