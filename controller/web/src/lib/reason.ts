/** Says in one sentence why an alarm was raised: what, where, how long. */
import type { Alarm, Rule } from "../api/types";
import { percent } from "./format";
import type { Words } from "./words/ko";

export interface Reason {
  title: string;
  sentence: string;
  why: string;
}

/** The reason in the words given; `now_ms` measures what still goes on. */
export function reasonFor(alarm: Alarm, rule: Rule | null, now_ms: number, words: Words): Reason {
  const ongoing = alarm.end_ms === null;
  const begun_ms = alarm.condition_ms - alarm.persistence_s * 1000;
  const seconds = String(Math.max(Math.round(((alarm.end_ms ?? now_ms) - begun_ms) / 1000), Math.ceil(alarm.persistence_s)));
  const sentence =
    alarm.kind === "ppe_missing"
      ? words.reason.ppe_missing(alarm.zone_name, alarm.required, seconds, ongoing)
      : words.reason.zone_intrusion(alarm.zone_name, rule?.classes ?? [], seconds, ongoing);
  return {
    title: words.kind[alarm.kind],
    sentence,
    why: words.reason.why(alarm.rule_name, String(alarm.persistence_s), percent(alarm.confidence)),
  };
}
