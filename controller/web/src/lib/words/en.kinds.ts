/** English sentences for the kinds of rules that are about ways, numbers and states. */
import type { Rule } from "../../api/types";
import type { kinds as korean } from "./ko.kinds";
import { any, zone } from "./names.en";

const number = (value: number | null | undefined): string => (value === null || value === undefined ? "?" : String(Math.round(value * 10) / 10));
const limits = (rule: Rule): string =>
  [rule.least == null ? "" : `fewer than ${rule.least}`, rule.most == null ? "" : `more than ${rule.most}`].filter(Boolean).join(" or ");

export const kinds: typeof korean = {
  who: (classes) => any(classes).toLowerCase(),
  where: zone,
  sentence: {
    zone_entry: (_rule, where, who) => `Alarm when ${who} enters ${where}`,
    zone_exit: (_rule, where, who) => `Alarm when ${who} leaves ${where}`,
    line_crossing: (rule, _where, who) => `Alarm when ${who} crosses the line${rule.direction === "left_to_right" ? " from left to right" : rule.direction === "right_to_left" ? " from right to left" : ""}`,
    loitering: (rule, where, who) => `Alarm when ${who} stays in ${where} for ${number(rule.dwell_s ?? 30)} s`,
    occupancy: (rule, where) => `Alarm when ${limits(rule)} are in ${where} for ${number(rule.persistence_s)} s`,
    wrong_way: (rule, where, who) => `Alarm when ${who} moves against the allowed way (${number(rule.heading_deg)}°) in ${where} for ${number(rule.persistence_s)} s`,
    proximity: (rule, where, who) => `Alarm when ${who} is within ${number(rule.distance_m)} m of ${(rule.others ?? []).join(", ")} in ${where} for ${number(rule.persistence_s)} s`,
    man_down: (rule, where) => `Alarm when a person is down and still in ${where} for ${number(rule.persistence_s)} s`,
    absence: (rule, where) => `Alarm when nobody is in ${where} for ${number(rule.persistence_s)} s`,
    anomaly: (rule) => `Alarm when the anomaly score is ${number(rule.threshold ?? 0.5)} or more for ${number(rule.persistence_s)} s`,
  },
  reason: {
    zone_entry: (alarm, where) => `Entered ${where}: ${number(alarm.numbers.count ?? 1)}.`,
    zone_exit: (alarm, where) => `Left ${where}: ${number(alarm.numbers.count ?? 1)}.`,
    line_crossing: (alarm) => `Crossed the line: ${number(alarm.numbers.count ?? 1)}.`,
    loitering: (alarm, where) => `Stayed in ${where} for ${number(alarm.numbers.dwell_s)} s.`,
    occupancy: (alarm, where) => `${number(alarm.numbers.count)} in ${where}.`,
    wrong_way: (alarm, where) => `Moved ${number(alarm.numbers.deviation_deg)}° off the allowed way in ${where}.`,
    proximity: (alarm, where) => `A person and a vehicle came within ${number(alarm.numbers.distance_m)} m in ${where} (closing at ${number(alarm.numbers.closing_mps)} m/s).`,
    man_down: (_alarm, where) => `A person is down and still in ${where}.`,
    absence: (alarm, where) => `Nobody was in ${where} for ${number(alarm.numbers.absent_s)} s.`,
    anomaly: (alarm) => `The anomaly score was ${number(alarm.numbers.score)}.`,
  },
};
