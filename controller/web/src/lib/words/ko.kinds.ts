/** Korean sentences for the kinds of rules that are about ways, numbers and states. */
import type { Alarm, Rule } from "../../api/types";
import { josa } from "./josa";
import { list, zone } from "./names.ko";

export type LaterKind = Exclude<Rule["kind"], "zone_intrusion" | "ppe_missing">;
/** `where`: the zone as it is spoken of; `who`: the classes, joined. */
type Told = (rule: Rule, where: string, who: string) => string;
type Why = (alarm: Alarm, where: string) => string;

const number = (value: number | null | undefined): string => (value === null || value === undefined ? "?" : String(Math.round(value * 10) / 10));
const limits = (rule: Rule): string =>
  [rule.least == null ? "" : `${rule.least}명보다 적거나`, rule.most == null ? "" : `${rule.most}명을 넘으면`].filter(Boolean).join(" ").replace(/적거나$/, "적으면");

export const kinds = {
  who: (classes: readonly string[]): string => josa(list(classes), "이", "가"),
  where: zone,
  sentence: {
    zone_entry: (_rule, where, who) => `${who} ${where}에 들어오면 경보`,
    zone_exit: (_rule, where, who) => `${who} ${where}에서 나가면 경보`,
    line_crossing: (rule, _where, who) => `${who} 감시선을 ${rule.direction === "left_to_right" ? "왼쪽에서 오른쪽으로 " : rule.direction === "right_to_left" ? "오른쪽에서 왼쪽으로 " : ""}넘으면 경보`,
    loitering: (rule, where, who) => `${who} ${where}에 ${number(rule.dwell_s ?? 30)}초 이상 머물면 경보`,
    occupancy: (rule, where) => `${where}의 인원이 ${limits(rule)} ${number(rule.persistence_s)}초 뒤 경보`,
    wrong_way: (rule, where, who) => `${who} ${where}에서 허용 방향(${number(rule.heading_deg)}°)과 반대로 ${number(rule.persistence_s)}초 이상 움직이면 경보`,
    proximity: (rule, where, who) => `${where}에서 ${who} ${(rule.others ?? []).join(", ")}에 ${number(rule.distance_m)} m 안으로 ${number(rule.persistence_s)}초 이상 가까워지면 경보`,
    man_down: (rule, where) => `${where}에서 사람이 쓰러져 ${number(rule.persistence_s)}초 이상 움직이지 않으면 경보`,
    absence: (rule, where) => `${where}에 ${number(rule.persistence_s)}초 이상 아무도 없으면 경보`,
    anomaly: (rule) => `이상 점수가 ${number(rule.threshold ?? 0.5)} 이상으로 ${number(rule.persistence_s)}초 이어지면 경보`,
  } satisfies Record<LaterKind, Told> as Record<LaterKind, Told>,
  reason: {
    zone_entry: (alarm, where) => `${where}에 들어온 사람·차량: ${number(alarm.numbers.count ?? 1)}.`,
    zone_exit: (alarm, where) => `${where}에서 나간 사람·차량: ${number(alarm.numbers.count ?? 1)}.`,
    line_crossing: (alarm) => `감시선 통과: ${number(alarm.numbers.count ?? 1)}회.`,
    loitering: (alarm, where) => `${where}에 ${number(alarm.numbers.dwell_s)}초 동안 머물렀습니다.`,
    occupancy: (alarm, where) => `${where}의 인원이 ${number(alarm.numbers.count)}명입니다.`,
    wrong_way: (alarm, where) => `${where}에서 허용 방향과 ${number(alarm.numbers.deviation_deg)}° 다르게 움직였습니다.`,
    proximity: (alarm, where) => `${where}에서 사람과 차량의 거리가 ${number(alarm.numbers.distance_m)} m까지 줄었습니다(접근 속도 ${number(alarm.numbers.closing_mps)} m/s).`,
    man_down: (_alarm, where) => `${where}에서 쓰러진 사람이 움직이지 않습니다.`,
    absence: (alarm, where) => `${where}에 ${number(alarm.numbers.absent_s)}초 동안 아무도 없었습니다.`,
    anomaly: (alarm) => `이상 점수가 ${number(alarm.numbers.score)}입니다.`,
  } satisfies Record<LaterKind, Why> as Record<LaterKind, Why>,
};
