/** Masks of a camera within the settings that are wanted of its node, and nothing else of them changed. Pure. */
import { isSame, type Path } from "./shapes/geometry";

export type AreaKind = "masks" | "privacy";
export type Settings = Readonly<Record<string, unknown>>;

const tableAt = (value: unknown, key: string): Settings => {
  const found = typeof value === "object" && value !== null ? (value as Settings)[key] : undefined;
  return typeof found === "object" && found !== null && !Array.isArray(found) ? (found as Settings) : {};
};
const cameraAt = (settings: Settings, camera: string): Settings => tableAt(tableAt(settings, "cameras"), camera);
/** The node's own name of a camera. */
export const ownName = (camera: string): string => camera.slice(camera.indexOf(".") + 1);

/** The areas that are wanted of a camera from here. */
export function areasOf(settings: Settings, camera: string, kind: AreaKind): Path[] {
  const own = cameraAt(settings, camera);
  if (kind === "masks") return (tableAt(own, "motion")["masks"] as Path[] | undefined) ?? [];
  return ((own["privacy"] as { polygon: Path }[] | undefined) ?? []).map((area) => area.polygon);
}

/** The settings with these areas; a camera of which nothing is wanted any more is not named. */
export function withAreas(settings: Settings, camera: string, kind: AreaKind, areas: readonly Path[]): Settings {
  const { privacy, motion, ...rest } = cameraAt(settings, camera);
  const { masks, ...moves } = tableAt({ motion }, "motion");
  const keptMasks = kind === "masks" ? areas : ((masks as Path[] | undefined) ?? []);
  const keptPrivacy = kind === "privacy" ? areas.map((polygon) => ({ polygon })) : ((privacy as unknown[] | undefined) ?? []);
  const motions = { ...moves, ...(keptMasks.length > 0 ? { masks: keptMasks } : {}) };
  const own = { ...rest, ...(keptPrivacy.length > 0 ? { privacy: keptPrivacy } : {}), ...(Object.keys(motions).length > 0 ? { motion: motions } : {}) };
  const others = Object.entries(tableAt(settings, "cameras")).filter(([name]) => name !== camera);
  const cameras = Object.fromEntries([...others, ...(Object.keys(own).length > 0 ? [[camera, own] as const] : [])]);
  const above = Object.fromEntries(Object.entries(settings).filter(([key]) => key !== "cameras"));
  return { ...above, ...(Object.keys(cameras).length > 0 ? { cameras } : {}) };
}

export const areSame = (a: readonly Path[], b: readonly Path[]): boolean => a.length === b.length && a.every((path, at) => isSame(path, b[at] ?? []));
