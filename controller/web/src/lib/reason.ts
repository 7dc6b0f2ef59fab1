/** Says in one sentence why an alarm was raised: what, where, how long; of trouble with the system, what to do. */
import type { Alarm, Rule, SystemKind } from "../api/types";
import { percent } from "./format";
import { sentence as said } from "./said";
import type { Words } from "./words/ko";
import type { LaterKind } from "./words/ko.kinds";

export interface Reason {
  title: string;
  sentence: string;
  why: string;
}

type SystemAlarm = Alarm & { kind: SystemKind };
const SYSTEM: readonly string[] = ["tamper", "footage_lost", "node_away", "camera_stalled", "node_trouble", "verification_degraded", "unwatched", "channel_dead"] satisfies SystemKind[];

/** Whether an alarm is about the system itself, and not about what a camera saw. */
export const isSystem = (alarm: Alarm): alarm is SystemAlarm => SYSTEM.includes(alarm.kind);

/** What a card calls an alarm: its rule's name, or what is wrong with the system. */
export const titleOf = (alarm: Alarm, words: Words): string => (isSystem(alarm) ? systemTitle(alarm, words) : alarm.rule_name);

function systemTitle(alarm: SystemAlarm, words: Words): string {
  const cause = alarm.cause && (words.reason.cause[alarm.cause] ?? alarm.cause);
  return cause ? `${words.kind[alarm.kind]}: ${cause}` : words.kind[alarm.kind];
}

/** Where it is: the camera, else the node, else the site; `names`: cameras by id. */
export const placeOf = (alarm: Alarm, names: ReadonlyMap<string, string>, words: Words): string =>
  alarm.camera ? (names.get(alarm.camera) ?? alarm.camera) : alarm.node ? words.reason.node(alarm.node) : words.reason.site;

/** The reason in the words given; `now_ms` measures what still goes on. */
export function reasonFor(alarm: Alarm, rule: Rule | null, now_ms: number, words: Words): Reason {
  if (isSystem(alarm))
    return {
      title: systemTitle(alarm, words),
      sentence: said(alarm.said, alarm.detail, words),
      why: alarm.persistence_s > 0 ? words.reason.watched(String(alarm.persistence_s)) : words.reason.told,
    };
  const ongoing = alarm.end_ms === null;
  const begun_ms = alarm.condition_ms - alarm.persistence_s * 1000;
  const seconds = String(Math.max(Math.round(((alarm.end_ms ?? now_ms) - begun_ms) / 1000), Math.ceil(alarm.persistence_s)));
  const sentence =
    alarm.kind === "ppe_missing"
      ? words.reason.ppe_missing(alarm.zone_name, alarm.required, seconds, ongoing)
      : alarm.kind === "zone_intrusion"
        ? words.reason.zone_intrusion(alarm.zone_name, rule?.classes ?? [], seconds, ongoing)
        : words.kinds.reason[alarm.kind as LaterKind](alarm, words.kinds.where(alarm.zone_name));
  return {
    title: words.kind[alarm.kind],
    sentence,
    why: words.reason.why(alarm.rule_name, String(alarm.persistence_s), percent(alarm.confidence)),
  };
}
