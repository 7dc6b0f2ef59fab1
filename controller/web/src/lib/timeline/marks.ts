/** What is at a moment of a camera, and where to jump next. */
import type { TimelineAlarm, TimelineBand, TimelineCamera, TimelineGap } from "../../api/types";

/** What stands at a moment; `end_ms`: until when. Unknown: nobody told of that time. */
export type Here =
  | { kind: TimelineBand["state"]; start_ms: number; end_ms: number }
  | { kind: "gap"; cause: TimelineGap["cause"]; start_ms: number; end_ms: number }
  | { kind: "unknown" };

const has = (one: { start_ms: number; end_ms: number }, at_ms: number): boolean => one.start_ms <= at_ms && at_ms < one.end_ms;

/** What of a camera is at a moment: what can be played before what cannot. */
export function hereOf(camera: TimelineCamera, at_ms: number): Here {
  for (const state of ["retrieved", "retrieving", "retrievable"] as const) {
    const band = camera.bands.find((one) => one.state === state && has(one, at_ms));
    if (band) return { kind: state, start_ms: band.start_ms, end_ms: band.end_ms };
  }
  const gap = camera.gaps.find((one) => has(one, at_ms));
  return gap ? { kind: "gap", cause: gap.cause, start_ms: gap.start_ms, end_ms: gap.end_ms } : { kind: "unknown" };
}

/** The next moment that plays of any of the cameras: what is stored, or what begins later on a node. */
export function nextPlayable(cameras: readonly TimelineCamera[], at_ms: number): number | null {
  const starts = cameras.flatMap((camera) =>
    camera.bands.filter((band) => (band.state === "retrieved" ? band.end_ms > at_ms : band.start_ms > at_ms)).map((band) => Math.max(at_ms, band.start_ms)),
  );
  return starts.length > 0 ? Math.min(...starts) : null;
}

/** Where to begin: at the moment where there is footage of it, else shortly before the end of what was stored last. */
export function begin(cameras: readonly TimelineCamera[], at_ms: number, lead_ms: number): number {
  const bands = cameras.flatMap((camera) => camera.bands);
  if (bands.some((band) => has(band, at_ms))) return at_ms;
  const stored = bands.filter((band) => band.state === "retrieved" && band.end_ms <= at_ms);
  return stored.length > 0 ? Math.max(...stored.map((band) => Math.max(band.start_ms, band.end_ms - lead_ms))) : at_ms;
}

/** Where the next or the last alarm or event begins; null when there is none that way. A jump lands a little before. */
export function jump(cameras: readonly TimelineCamera[], at_ms: number, way: 1 | -1, what: "alarm" | "event", lead_ms: number): number | null {
  const begins = cameras
    .flatMap((camera): readonly { start_ms: number }[] => (what === "alarm" ? camera.alarms : camera.events) ?? [])
    .map((one) => one.start_ms - lead_ms);
  const fit = begins.filter((one) => (way === 1 ? one > at_ms + 1 : one < at_ms - 1));
  if (fit.length === 0) return null;
  return way === 1 ? Math.min(...fit) : Math.max(...fit);
}

/** The alarm that lies nearest to a moment, no further than `reach_ms`. */
export function alarmNear(camera: TimelineCamera, at_ms: number, reach_ms: number): TimelineAlarm | null {
  let found: TimelineAlarm | null = null;
  for (const one of camera.alarms ?? [])
    if (Math.abs(one.condition_ms - at_ms) <= reach_ms && (!found || Math.abs(one.condition_ms - at_ms) < Math.abs(found.condition_ms - at_ms))) found = one;
  return found;
}

/** Part of a list's items that overlap a range, the first `most` of them. */
export function within<T extends { start_ms: number; end_ms: number | null }>(list: readonly T[], from_ms: number, to_ms: number, most: number): T[] {
  return list.filter((one) => one.start_ms < to_ms && (one.end_ms ?? one.start_ms + 1) > from_ms).slice(0, most);
}

/** How far a request for footage has come, 0..1: what is there or will never be, of all of it. */
export function progress(parts: readonly { start_ms: number; end_ms: number; state: string }[]): number {
  const length = (one: { start_ms: number; end_ms: number }): number => one.end_ms - one.start_ms;
  const whole = parts.reduce((total, one) => total + length(one), 0);
  const done = parts.filter((one) => !["retrieving", "retrievable", "not told yet"].includes(one.state)).reduce((total, one) => total + length(one), 0);
  return whole > 0 ? done / whole : 0;
}
