/** The command that lets a node in, from what a person says of it. Pure. */
import { isName } from "./address";

export interface WantedCamera {
  name: string;
  source: string;
}
export type EnrolFault = { field: "node"; fault: "name" | "taken" } | { field: "camera"; at: number; fault: "name" | "source" | "twice" };

const PLAIN = /^[\w@%+=:,./-]+$/;
/** As one word of a shell, whatever stands in it. */
export const quoted = (text: string): string => (PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** The first thing that is wrong; null when the command can be run. */
export function enrolFault(node: string, cameras: readonly WantedCamera[], taken: readonly string[]): EnrolFault | null {
  if (!isName(node)) return { field: "node", fault: "name" };
  if (taken.includes(node)) return { field: "node", fault: "taken" };
  for (const [at, camera] of cameras.entries()) {
    if (!isName(camera.name)) return { field: "camera", at, fault: "name" };
    if (cameras.findIndex((one) => one.name === camera.name) < at) return { field: "camera", at, fault: "twice" };
    if (!/^\w[\w+.-]*:\/\/\S+$/.test(camera.source.trim())) return { field: "camera", at, fault: "source" };
  }
  return null;
}

export const enrolCommand = (node: string, cameras: readonly WantedCamera[]): string =>
  ["cctv node add", node, `--out ${node}.toml`, ...cameras.map((camera) => `--camera ${quoted(`${camera.name}=${camera.source.trim()}`)}`)].join(" ");
export const runCommand = (node: string): string => `cctv-edge run --config ${node}.toml`;
