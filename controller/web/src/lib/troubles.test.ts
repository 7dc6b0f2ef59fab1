import { describe, expect, it } from "vitest";
import type { Camera, Node, System } from "../api/types";
import { findTroubles } from "./troubles";

const camera = (change: Partial<Camera> = {}): Camera => ({
  id: "n1.a", node: "n1", name: "gate", state: "live", reason: "", source: "rtsp", codec: "avc1.42c01f", width_px: 1280, height_px: 720,
  fps: 15, has_sub: false, has_audio: false, last_seen_at: null, open_event: null, alarms_open: 0, ...change,
});
const health = { cpu_percent: 5, disk_free_bytes: 40 * 2 ** 30, memory_used_bytes: 1, memory_total_bytes: 2, held_bytes_max: 1000 };
const sound = { id: "n1.a", held_bytes: 100, tamper: "", ring_short: false, sub_state: "live", sub_error: "" };
const node = (change: object = {}): Node => ({ id: "n1", state: "online", enabled: true, version: "1", last_seen_at: "2026-03-01T00:00:00Z", cameras: ["n1.a"], health, ...change }) as unknown as Node;
const bounds = { disk_free_bytes_min: 2 ** 30, held_share_max: 0.8, clock_offset_ms_max: 1000, temperature_c_max: 80, certificate_days_min: 30, own_certificate_days_min: 20, unsent_s_max: 300, store_full_days_min: 7 };
const system = (change: Partial<System> = {}): System => ({
  version: "1", site: "s", demo: false, verification: "ok", verification_reason: "", verification_said: null, jobs_waiting: 0, oldest_job_s: 0, queues: [], jobs_parked: 0, drain_s: null, watched: [], model: "m",
  model_note: "", model_said: null, provider: "CPU", models: [], roles: [], notices: [], bounds, ...change,
});
const remedies = (...args: Parameters<typeof findTroubles>): string[] => findTroubles(...args).map((one) => one.remedy);

describe("findTroubles", () => {
  it("is silent on a sound site", () => {
    expect(remedies([camera()], [node({ health: { ...health, cameras: [sound, { ...sound, sub_state: "none" }] } })], system())).toEqual([]);
  });
  it("blames the node once, not each of its cameras too", () => {
    expect(remedies([camera({ state: "away" })], [node({ state: "offline" })], null)).toEqual(["away"]);
  });
  it("tells a node that never came from one that is away, and one that was cut off from both", () => {
    expect(remedies([], [node({ state: "offline", last_seen_at: null })], null)).toEqual(["expected"]);
    expect(remedies([camera({ state: "away" })], [node({ state: "offline", enabled: false })], null)).toEqual([]);
  });
  it.each([
    [{ disk_free_bytes: 2 ** 29 }, "disk"],
    [{ temperature_c: 85 }, "hot"],
    [{ throttled_now: ["under-voltage"] }, "throttled"],
    [{ clock_offset_ms: -4000 }, "clock"],
    [{ outbox_oldest_s: 900 }, "outbox"],
    [{ stands_still: ["ring"] }, "still"],
    [{ certificate_days: 12 }, "certificate"],
    [{ own_certificate_days: 19 }, "ownCertificate"],
    [{ uplink_strained: true }, "thin"],
    [{ shed: ["sub frame rate"] }, "shed"],
    [{ detector: "refused", detector_error: "no model" }, "detector"],
    [{ cameras: [{ ...sound, held_bytes: 500 }, { ...sound, held_bytes: 400 }] }, "held"],
    [{ cameras: [{ ...sound, tamper: "covered" }] }, "tamper"],
    [{ cameras: [{ ...sound, ring_short: true }] }, "ring"],
    [{ cameras: [{ ...sound, sub_state: "refused" }] }, "sub"],
  ])("%o", (change, expected) => {
    expect(remedies([], [node({ health: { ...health, ...change } })], system())).toEqual([expected]);
  });
  it.each([
    [{ disk_free_bytes: 3 * 2 ** 30 }, { disk_free_bytes_min: 2 ** 32 }, ["disk", "4.0 GiB"]],
    [{ temperature_c: 71 }, { temperature_c_max: 70 }, ["hot", "70 °C"]],
    [{ clock_offset_ms: -400 }, { clock_offset_ms_max: 300 }, ["clock", "0.3 s"]],
    [{ outbox_oldest_s: 130 }, { unsent_s_max: 120 }, ["outbox", "2"]],
    [{ cameras: [{ ...sound, held_bytes: 600 }] }, { held_share_max: 0.5 }, ["held", "50%"]],
    [{ certificate_days: 50 }, { certificate_days_min: 60 }, ["certificate", "60"]],
  ])("%o counts by the server's bound %o", (change, own, expected) => {
    const nodes = [node({ health: { ...health, ...change } })];
    expect(remedies([], nodes, system())).toEqual([]);
    const found = findTroubles([], nodes, system({ bounds: { ...bounds, ...own } }));
    expect(found.flatMap((one) => [one.remedy, one.bound])).toEqual(expected);
  });
  it("tells what the server noticed, by its subject and in its words", () => {
    const said = { code: "camera_unknown" as const, params: { camera: "n.gaet", known: "n.gate" } };
    const slow = { code: "provider_fallback" as const, params: { wanted: "cuda", why: "none" } };
    const found = findTroubles([camera()], [node()], system({ notices: [{ text: "A", said }, { text: "B", said: slow }] }));
    expect(found.map((one) => [one.subject, one.remedy, one.grave, one.detail, one.said])).toEqual([
      ["n.gaet", "notice", false, "A", said],
      ["m", "notice", false, "B", slow],
    ]);
  });
  it("tells gravely of a store that is away, whatever the model", () => {
    const said = { code: "alarm_store_away" as const, params: {} };
    const found = findTroubles([], [], system({ notices: [{ text: "A", said }] }));
    expect(found.map((one) => [one.remedy, one.grave, one.said])).toEqual([["storeAway", true, said]]);
  });
  it("tells gravely of a backup that fails, by its name", () => {
    const said = { code: "alarm_backup_failing" as const, params: { name: "nightly", destination: "nas", why: "x", why_code: "backup_target_full" } };
    const late = { code: "alarm_backup_late" as const, params: { name: "hourly", destination: "nas" } };
    const found = findTroubles([], [], system({ notices: [{ text: "A", said }, { text: "B", said: late }] }));
    expect(found.map((one) => [one.subject, one.remedy, one.grave])).toEqual([["nightly", "backup", true], ["hourly", "backup", true]]);
  });
  it("puts what is grave first", () => {
    const parts = system({ verification: "degraded", roles: [{ name: "worker", state: "frozen", restarts: 1 }] });
    expect(remedies([camera({ state: "restarting" }), camera({ id: "n1.b", state: "refused" })], [node()], parts)).toEqual(["refused", "role", "restarting", "verification"]);
  });
});
