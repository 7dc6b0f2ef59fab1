/** Which camera stands on which place of the wall: pages of places, moved about without losing one. Pure. */

export const TILES = [1, 4, 6, 9, 12, 16] as const;
export type Tiles = (typeof TILES)[number];
export const TURNS_S = [0, 5, 10, 20, 30, 60] as const;

export interface Arrangement {
  tiles: Tiles;
  /** By place, page after page; null is a free tile. */
  cameras: readonly (string | null)[];
  /** Pages turn by themselves after so many seconds; 0: they do not. */
  turn_s: number;
}

export const asTiles = (value: number): Tiles => TILES.find((one) => one === value) ?? 4;

export const pagesOf = ({ tiles, cameras }: Arrangement): number => Math.max(1, Math.ceil(cameras.length / tiles));

/** A page within bounds. */
export const pageWithin = (arrangement: Arrangement, page: number): number => Math.min(Math.max(0, page), pagesOf(arrangement) - 1);

/** The places of one page, free ones included. */
export function placesOf({ tiles, cameras }: Arrangement, page: number): (string | null)[] {
  return Array.from({ length: tiles }, (_, index) => cameras[page * tiles + index] ?? null);
}

function padded(cameras: readonly (string | null)[], length: number): (string | null)[] {
  return Array.from({ length: Math.max(cameras.length, length) }, (_, index) => cameras[index] ?? null);
}

/** Exchange what stands on two places. */
export function swapped(arrangement: Arrangement, one: number, other: number): Arrangement {
  if (one < 0 || other < 0 || one === other) return arrangement;
  const cameras = padded(arrangement.cameras, Math.max(one, other) + 1);
  [cameras[one], cameras[other]] = [cameras[other] ?? null, cameras[one] ?? null];
  return { ...arrangement, cameras };
}

/** Put a camera on a place. One that stands on the same page already changes places with what was there. */
export function withCamera(arrangement: Arrangement, place: number, camera: string | null): Arrangement {
  const page = Math.floor(place / arrangement.tiles);
  const known = camera === null ? -1 : placesOf(arrangement, page).indexOf(camera);
  if (known >= 0) return swapped(arrangement, page * arrangement.tiles + known, place);
  const cameras = padded(arrangement.cameras, place + 1);
  cameras[place] = camera;
  return { ...arrangement, cameras };
}

/** Another page at the end, all of it free; or without the last one. */
export function withPages(arrangement: Arrangement, pages: number): Arrangement {
  const length = Math.max(1, pages) * arrangement.tiles;
  return { ...arrangement, cameras: padded(arrangement.cameras, length).slice(0, length) };
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The place that an arrow key leads to from a place of a page; null where the page ends. */
export function neighbour(place: number, key: string, columns: number, count: number): number | null {
  const step = STEPS[key];
  if (!step) return null;
  const column = (place % columns) + step[0];
  const next = place + step[0] + step[1] * columns;
  return column < 0 || column >= columns || next < 0 || next >= count ? null : next;
}
