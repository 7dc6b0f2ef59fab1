/** Finds what is wrong on the site, from what nodes, cameras and the server say of themselves. */
import type { Camera, Health, Node, Said, System } from "../api/types";
import type { Words } from "./words/ko";

export type Remedy = keyof Words["remedy"];
export interface Trouble {
  key: string;
  grave: boolean;
  subject: string;
  remedy: Remedy;
  detail: string;
  said: Said | null;
}

const LEAST_DISK_BYTES = 2 ** 30;
const HOT_C = 80;
const CLOCK_MS = 1000;
const OUTBOX_S = 300;
const HELD_SHARE = 0.8;
const CERTIFICATE_DAYS = 30;

/** Whether a camera's sub stream should come and does not. */
export const isSubAway = (state: string): boolean => state === "restarting" || state === "refused";

/** How much of what may wait on a node for upload is used, 0..1. */
export const heldShare = (health: Health): number =>
  health.held_bytes_max > 0 ? (health.cameras ?? []).reduce((sum, one) => sum + one.held_bytes, 0) / health.held_bytes_max : 0;

/** Every trouble known now, the grave ones first. */
export function findTroubles(cameras: readonly Camera[], nodes: readonly Node[], system: System | null): Trouble[] {
  const found: Trouble[] = [];
  const add = (subject: string, remedy: Remedy, grave: boolean, detail = "", said: Said | null = null): void => {
    found.push({ key: `${subject}/${remedy}`, subject, remedy, grave, detail, said });
  };
  const away = new Set(nodes.filter((node) => node.state === "offline").map((node) => node.id));
  for (const node of nodes) {
    if (away.has(node.id)) {
      add(node.id, "away", true);
      continue;
    }
    const health = node.health;
    if (!health) continue;
    if (health.disk_free_bytes < LEAST_DISK_BYTES) add(node.id, "disk", true);
    if ((health.temperature_c ?? 0) > HOT_C) add(node.id, "hot", false);
    if ((health.throttled_now ?? []).length > 0) add(node.id, "throttled", false, (health.throttled_now ?? []).join(", "));
    if (Math.abs(health.clock_offset_ms ?? 0) > CLOCK_MS) add(node.id, "clock", false);
    if ((health.outbox_oldest_s ?? 0) > OUTBOX_S) add(node.id, "outbox", false);
    if (heldShare(health) > HELD_SHARE) add(node.id, "held", false);
    const still = health.stands_still ?? [];
    if (still.length > 0) add(node.id, "still", true, still.join(", "));
    if ((health.certificate_days ?? Infinity) < CERTIFICATE_DAYS) add(node.id, "certificate", false);
    if (health.uplink_strained) add(node.id, "thin", false);
    if ((health.shed ?? []).length > 0) add(node.id, "shed", false);
    if (health.detector === "refused" || health.detector === "restarting") add(node.id, "detector", false, health.detector_error);
    for (const one of health.cameras ?? []) {
      const name = one.id.slice(one.id.indexOf(".") + 1);
      if (one.tamper) add(name, "tamper", true);
      if (one.ring_short) add(name, "ring", false);
      if (isSubAway(one.sub_state)) add(name, "sub", false, one.sub_error);
    }
  }
  for (const camera of cameras) {
    if (away.has(camera.node)) continue;
    if (camera.state === "stalled" || camera.state === "refused" || camera.state === "away")
      add(camera.name || camera.id, camera.state, true, camera.reason);
    if (camera.state === "restarting") add(camera.name || camera.id, "restarting", false, camera.reason);
  }
  if (system && system.verification !== "ok")
    add(system.model, "verification", system.verification === "down", system.verification_reason, system.verification_said);
  for (const notice of system?.notices ?? []) {
    const about = notice.said?.params;
    const subject = String(about?.["rule"] ?? about?.["camera"] ?? system?.model ?? "");
    found.push({ key: notice.text, subject, remedy: "notice", grave: false, detail: notice.text, said: notice.said });
  }
  for (const role of system?.roles ?? []) if (role.state === "frozen" || role.state === "down") add(role.name, "role", true);
  return found.sort((a, b) => Number(b.grave) - Number(a.grave));
}
