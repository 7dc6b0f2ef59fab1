/** What somebody may do with which cameras: as the server tells it, and as an administrator changes it. */
import type { Camera, Session } from "../api/types";

export type Right = Session["rights"][number];
export type Given = Readonly<Record<string, readonly Right[]>>;

/** Those that an administrator gives by camera. */
export const OFFERED: readonly Right[] = ["view", "playback", "clear", "unmask", "listen", "export", "delete"];

interface Holder {
  role: string;
  rights?: readonly Right[];
  cameras?: Given | null;
}

/** Whether somebody has a right to a camera; without one: to any. */
export function may(who: Holder, right: Right, camera?: string): boolean {
  if (who.role === "admin") return true;
  const given = who.cameras;
  if (!given) return (who.rights ?? []).includes(right);
  const has = (target: string): boolean => given[target]?.includes(right) ?? false;
  return camera === undefined ? Object.keys(given).some(has) : has(camera) || has(camera.split(".")[0] ?? "");
}

/** Whether somebody sees every camera of the site. */
export const seesAll = (who: Holder): boolean => who.role === "admin" || !who.cameras;

/** With a right given or taken back: whoever has any may view, and who may not view has none. */
export function flipped(given: Given, target: string, right: Right): Given {
  const had = given[target] ?? [];
  const kept = had.filter((one) => one !== right);
  const rest = Object.fromEntries(Object.entries(given).filter(([name]) => name !== target));
  if (!had.includes(right)) return { ...rest, [target]: [...new Set<Right>(["view", ...had, right])] };
  return right === "view" || kept.length === 0 ? rest : { ...rest, [target]: kept };
}

export interface Row {
  /** A camera's id, or a node's for all of its cameras. */
  target: string;
  name: string;
  of: "node" | "camera";
}

/** Each node with its cameras; last what was given and is not there now. */
export function rowsOf(cameras: readonly Camera[], given: Given): Row[] {
  const rows: Row[] = [];
  for (const node of [...new Set(cameras.map((camera) => camera.node))].sort()) {
    rows.push({ target: node, name: node, of: "node" });
    for (const camera of cameras.filter((one) => one.node === node)) rows.push({ target: camera.id, name: camera.name || camera.id, of: "camera" });
  }
  const known = new Set(rows.map((row) => row.target));
  const gone = Object.keys(given).filter((target) => !known.has(target));
  return [...rows, ...gone.map((target): Row => ({ target, name: target, of: target.includes(".") ? "camera" : "node" }))];
}
