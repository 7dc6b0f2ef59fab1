/** What a node's figures say: how far its rings reach, how old its words are, and in which order nodes are shown. */
import type { Health, Node } from "../api/types";

export const ORDERS = ["trouble", "name", "temperature", "ring", "outbox", "clock", "seen", "disk", "written", "version"] as const;
export type Order = (typeof ORDERS)[number];

/** Health comes every 10 s: figures that are older are what was, and are shown so. */
export const STALE_MS = 30_000;

/** How old a node's figures are; null: it has told none. */
export const figuresAge_ms = (node: Node, now_ms: number): number | null => (node.health && node.last_seen_at ? Math.max(0, now_ms - Date.parse(node.last_seen_at)) : null);

export function isStale(node: Node, now_ms: number): boolean {
  const age_ms = figuresAge_ms(node, now_ms);
  return node.state !== "online" || (age_ms !== null && age_ms > STALE_MS);
}

/** What the shortest of a node's rings holds now, s; null: no camera. */
export function ringDepth_s(health: Health): number | null {
  const depths = (health.cameras ?? []).map((camera) => camera.ring_s);
  return depths.length > 0 ? Math.min(...depths) : null;
}

/** How a node's version stands to the controller's; empty: the same, or not to be compared. */
export function skew(node: string, controller: string): "" | "older" | "newer" {
  const [here, there] = [controller, node].map((text) => (/^\d+(\.\d+)*$/.test(text) ? text.split(".").map(Number) : null));
  if (!here || !there) return "";
  for (let place = 0; place < Math.max(here.length, there.length); place++) {
    const apart = (there[place] ?? 0) - (here[place] ?? 0);
    if (apart !== 0) return apart < 0 ? "older" : "newer";
  }
  return "";
}

const LAST = Number.POSITIVE_INFINITY;

/** What is sorted by, the smaller first: the worse, where a figure can be bad. */
function rank(node: Node, by: Order, troubles: ReadonlyMap<string, number>, now_ms: number): number | string {
  const health = node.health;
  const known = (value: number | null | undefined, sign = 1): number => (value == null ? LAST : sign * value);
  switch (by) {
    case "trouble":
      return -(troubles.get(node.id) ?? 0);
    case "name":
      return node.id;
    case "version":
      return node.version || "~";
    case "temperature":
      return known(health?.temperature_c, -1);
    case "ring":
      return known(health ? ringDepth_s(health) : null);
    case "outbox":
      return known(health ? (health.outbox_facts > 0 ? health.outbox_oldest_s : 0) : null, -1);
    case "clock":
      return known(health?.clock_offset_ms == null ? null : Math.abs(health.clock_offset_ms), -1);
    case "seen":
      return known(node.last_seen_at ? now_ms - Date.parse(node.last_seen_at) : null, -1);
    case "disk":
      return known(health?.disk_free_bytes);
    case "written":
      return known(health?.written_bytes_day, -1);
  }
}

/** The nodes in an order; those that are alike by their names. `troubles`: how many each has. */
export function sorted(nodes: readonly Node[], by: Order, troubles: ReadonlyMap<string, number>, now_ms: number): Node[] {
  const ranked = nodes.map((node) => ({ node, rank: rank(node, by, troubles, now_ms) }));
  const compare = (a: number | string, b: number | string): number => (a < b ? -1 : a > b ? 1 : 0);
  return ranked.sort((a, b) => compare(a.rank, b.rank) || compare(a.node.id, b.node.id)).map((one) => one.node);
}

/** The camera whose still stands for a node: the first that is live, else the first. */
export function faceOf(node: Node, cameras: readonly { id: string; state: string }[]): string | null {
  const mine = cameras.filter((camera) => node.cameras.includes(camera.id));
  return (mine.find((camera) => camera.state === "live") ?? mine[0])?.id ?? null;
}
