/** Says in one sentence why an alarm was raised: what, where, how long; of trouble with the system, what to do. */
import type { Alarm, Occurrence, Rule, SystemKind } from "../api/types";
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
export const SYSTEM: readonly string[] = ["tamper", "footage_lost", "node_away", "camera_stalled", "node_trouble", "verification_degraded", "unwatched", "channel_dead", "store_filling", "store_away", "backup_failing", "upkeep_trouble"] satisfies SystemKind[];

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

/** One occurrence's time; no end: it goes on. */
export type Span = Pick<Occurrence, "start_ms" | "end_ms">;

/** The reason in the words given; `now_ms` measures what still goes on, `spans` what came again. */
export function reasonFor(alarm: Alarm, rule: Rule | null, now_ms: number, words: Words, spans: readonly Span[] = []): Reason {
  if (isSystem(alarm))
    return {
      title: systemTitle(alarm, words),
      sentence: said(alarm.said, alarm.detail, words),
      why: alarm.persistence_s > 0 ? words.reason.watched(String(alarm.persistence_s)) : words.reason.told,
    };
  const ongoing = alarm.end_ms === null;
  const seconds = String(Math.max(Math.round(lasted_ms(alarm, now_ms, spans) / 1000), Math.ceil(alarm.persistence_s)));
  const sentence =
    alarm.kind === "ppe_missing"
      ? words.reason.ppe_missing(alarm.zone_name, alarm.required, seconds, ongoing)
      : alarm.kind === "zone_intrusion"
        ? words.reason.zone_intrusion(alarm.zone_name, rule?.classes ?? [], seconds, ongoing)
        : words.kinds.reason[alarm.kind as LaterKind](alarm, words.kinds.where(alarm.zone_name));
  return {
    title: titleOf(alarm, words),
    sentence: spans.length > 1 ? `${sentence} ${words.reason.several(spans.length)}` : sentence,
    why: words.reason.why(alarm.rule_name, String(alarm.persistence_s), percent(alarm.confidence)),
  };
}

/** How long the condition holds now; of what is over and came several times, how long in all: pauses do not count. */
function lasted_ms(alarm: Alarm, now_ms: number, spans: readonly Span[]): number {
  if (spans.length < 2) return (alarm.end_ms ?? now_ms) - (alarm.condition_ms - alarm.persistence_s * 1000);
  const inOrder = [...spans].sort((a, b) => a.start_ms - b.start_ms);
  const open = inOrder.find((span) => span.end_ms === null);
  if (alarm.end_ms === null && open) return now_ms - open.start_ms;
  let [sum, upto_ms] = [0, -Infinity];
  for (const { start_ms, end_ms } of inOrder) {
    sum += Math.max(0, (end_ms ?? now_ms) - Math.max(start_ms, upto_ms));
    upto_ms = Math.max(upto_ms, end_ms ?? now_ms);
  }
  return sum;
}
