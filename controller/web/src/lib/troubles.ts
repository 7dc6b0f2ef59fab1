/** Finds what is wrong on the site, from what nodes, cameras and the server say of themselves. */
import type { Camera, Health, Node, Said, System } from "../api/types";
import { bytes, delay, percent } from "./format";
import type { Words } from "./words/ko";

export type Remedy = keyof Words["remedy"];
export interface Trouble {
  key: string;
  grave: boolean;
  /** A node, a camera, a part of the server; empty: verification itself. */
  subject: string;
  remedy: Remedy;
  detail: string;
  said: Said | null;
  /** The bound that was crossed, as its remedy says it. */
  bound: string;
}

/** Whether a camera's sub stream should come and does not. */
export const isSubAway = (state: string): boolean => state === "restarting" || state === "refused";

/** How much of what may wait on a node for upload is used, 0..1. */
export const heldShare = (health: Health): number =>
  health.held_bytes_max > 0 ? (health.cameras ?? []).reduce((sum, one) => sum + one.held_bytes, 0) / health.held_bytes_max : 0;

/** The figures of a node that the site counts as trouble; the bounds are the server's. */
function overBounds(health: Health, bounds: System["bounds"]): Pick<Trouble, "remedy" | "grave" | "bound">[] {
  if (!bounds) return [];
  const checks: [Remedy, boolean, boolean, string][] = [
    ["disk", health.disk_free_bytes < bounds.disk_free_bytes_min, true, bytes(bounds.disk_free_bytes_min)],
    ["hot", (health.temperature_c ?? 0) > bounds.temperature_c_max, false, `${bounds.temperature_c_max} °C`],
    ["clock", Math.abs(health.clock_offset_ms ?? 0) > bounds.clock_offset_ms_max, false, delay(bounds.clock_offset_ms_max)],
    ["outbox", (health.outbox_oldest_s ?? 0) > bounds.unsent_s_max, false, String(Math.round(bounds.unsent_s_max / 60))],
    ["held", heldShare(health) > bounds.held_share_max, false, percent(bounds.held_share_max)],
    ["certificate", (health.certificate_days ?? Infinity) < bounds.certificate_days_min, false, String(bounds.certificate_days_min)],
    ["ownCertificate", (health.own_certificate_days ?? Infinity) < bounds.own_certificate_days_min, false, String(bounds.own_certificate_days_min)],
  ];
  return checks.flatMap(([remedy, over, grave, bound]) => (over ? [{ remedy, grave, bound }] : []));
}

/** Every trouble known now, the grave ones first. */
export function findTroubles(cameras: readonly Camera[], nodes: readonly Node[], system: System | null): Trouble[] {
  const found: Trouble[] = [];
  const add = (subject: string, remedy: Remedy, grave: boolean, detail = "", said: Said | null = null, bound = ""): void => {
    found.push({ key: `${subject}/${remedy}`, subject, remedy, grave, detail, said, bound });
  };
  const away = new Set(nodes.filter((node) => node.state === "offline").map((node) => node.id));
  for (const node of nodes) {
    if (!node.enabled) continue; // somebody cut it off: that is no fault of its own
    if (away.has(node.id)) {
      if (node.last_seen_at) add(node.id, "away", true);
      else add(node.id, "expected", false);
      continue;
    }
    const health = node.health;
    if (!health) continue;
    for (const { remedy, grave, bound } of overBounds(health, system?.bounds)) add(node.id, remedy, grave, "", null, bound);
    if ((health.throttled_now ?? []).length > 0) add(node.id, "throttled", false, (health.throttled_now ?? []).join(", "));
    const still = health.stands_still ?? [];
    if (still.length > 0) add(node.id, "still", true, still.join(", "));
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
    add("", "verification", system.verification === "down", system.verification_reason, system.verification_said);
  for (const notice of system?.notices ?? []) {
    if (notice.said?.code === "alarm_store_away") {
      add("", "storeAway", true, notice.text, notice.said);
      continue;
    }
    const about = notice.said?.params;
    if (notice.said?.code === "alarm_backup_failing" || notice.said?.code === "alarm_backup_late") {
      add(String(about?.["name"]), "backup", true, notice.text, notice.said);
      continue;
    }
    const subject = String(about?.["rule"] ?? about?.["camera"] ?? system?.model ?? "");
    found.push({ key: notice.text, subject, remedy: "notice", grave: false, detail: notice.text, said: notice.said, bound: "" });
  }
  for (const role of system?.roles ?? []) if (role.state === "frozen" || role.state === "down") add(role.name, "role", true);
  return found.sort((a, b) => Number(b.grave) - Number(a.grave));
}
