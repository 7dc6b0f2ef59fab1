/** What the wall shows now: the layout of the address, the draft that is edited, or all cameras one after another. */
import { signal } from "@preact/signals";
import { arrangementOf, layouts, type Layout } from "../../api/layouts";
import { layout as tilesWanted, wallLayout } from "../../lib/preferences";
import { grid, pageOf } from "../../lib/wall";
import { asTiles, pagesOf, pageWithin, placesOf, type Arrangement } from "../../lib/walls";
import { go, route } from "../place";

/** A layout being edited; `of`: the saved one, null for a new one. */
export interface Draft {
  of: Layout | null;
  arrangement: Arrangement;
}
export const draft = signal<Draft | null>(null);

export interface Plan {
  named: Layout | null;
  places: readonly (string | null)[];
  /** Index of the first place of this page among all. */
  first: number;
  columns: number;
  rows: number;
  page: number;
  pages: number;
  turn_s: number;
}

/** Change a part of the wall's address and keep the rest. */
export function turnTo(change: Readonly<Record<string, string | undefined>>): void {
  const { layout, page, camera } = route.value.query;
  go("wall", { layout, page, camera, ...change }, true);
}

export const setPage = (page: number): void => turnTo({ page: page > 0 ? String(page + 1) : undefined });

/** Show a saved layout, or with null all cameras. */
export function choose(id: string | null): void {
  wallLayout.value = id ?? "";
  go("wall", { layout: id ?? undefined }, true);
}

/** The layout after (1) or before (-1) the one that is shown; all cameras are one of them. */
export function chooseNext(step: number): void {
  const ids = [null, ...(layouts.value ?? []).map((one) => one.id)];
  const at = Math.max(0, ids.indexOf(route.value.query["layout"] ?? null));
  choose(ids[(at + step + ids.length) % ids.length] ?? null);
}

export function planOf(cameras: readonly string[], aspect: number): Plan {
  const named = layouts.value?.find((one) => one.id === route.value.query["layout"]) ?? null;
  const wanted = Math.max(0, Number(route.value.query["page"] ?? 1) - 1) || 0;
  const arrangement = draft.value?.arrangement ?? (named && arrangementOf(named));
  if (arrangement) {
    const page = pageWithin(arrangement, wanted);
    const size = grid(arrangement.tiles, 0, aspect);
    return { named, places: placesOf(arrangement, page), first: page * arrangement.tiles, ...size, page, pages: pagesOf(arrangement), turn_s: arrangement.turn_s };
  }
  const size = grid(tilesWanted.value, cameras.length, aspect);
  const tiles = size.columns * size.rows;
  const { items, page, pages } = pageOf(cameras, tiles, wanted);
  const free = tilesWanted.value > 1 ? tiles - items.length : 0;
  return { named: null, places: [...items, ...Array.from({ length: free }, () => null)], first: page * tiles, ...size, page, pages, turn_s: 0 };
}

/** Begin to edit what is shown. */
export function edit(plan: Plan, cameras: readonly string[]): void {
  const tiles = tilesWanted.value || asTiles([1, 4, 6, 9, 12].find((size) => size >= cameras.length) ?? 16);
  draft.value = { of: plan.named, arrangement: plan.named ? arrangementOf(plan.named) : { tiles, cameras, turn_s: 0 } };
}

export function rearrange(arrangement: Arrangement): void {
  if (draft.value) draft.value = { ...draft.value, arrangement };
}
