/** Says how destinations of messages fare, what they are told of, and what became of a message. */
import type { Delivery, Destination, SubscriptionLine } from "../api/types";
import { sentence } from "./said";
import type { Words } from "./words/ko";

export type Fare = "dead" | "failing" | "paused" | "untried" | "well";
export type Outcome = Delivery["state"] | "retrying";

/** How a destination fares; what is off is neither well nor dead. */
export function fareOf(one: Destination): Fare {
  if (!one.enabled) return "paused";
  if (one.dead_since !== null) return "dead";
  if (one.failures > 0) return "failing";
  return one.last_ok_at === null ? "untried" : "well";
}

/** Those that are dead come first, then by name. */
export const inOrder = (all: readonly Destination[]): Destination[] =>
  [...all].sort((a, b) => Number(fareOf(b) === "dead") - Number(fareOf(a) === "dead") || a.name.localeCompare(b.name));

/** What became of a message: one that failed once and waits is being tried again. */
export const outcomeOf = (one: Delivery): Outcome => (one.state === "waiting" && one.attempts > 0 ? "retrying" : one.state);

/** Whether something may still become of a message. */
export const isUnsettled = (one: Delivery): boolean => one.state === "waiting" || one.state === "sending";

/** What a rule is called in a line: its own name as `shown`, or what the system watches of itself. */
export function lineName(rule: string, words: Words, shown: (name: string) => string): string {
  const kind = rule.startsWith("system.") ? rule.slice("system.".length) : "";
  return Object.hasOwn(words.kind, kind) ? words.kind[kind as keyof Words["kind"]] : shown(rule);
}

/** The threshold of everything that no other line names; none: nothing. */
export const restOf = (lines: readonly SubscriptionLine[]): SubscriptionLine["threshold"] => lines.find((line) => line.rule == null)?.threshold ?? "never";

/** What a destination is told of, in a line of words. */
export function toldOf(lines: readonly SubscriptionLine[], words: Words, shown: (name: string) => string): string {
  const w = words.messages;
  const named = lines.flatMap((line) => (line.rule == null ? [] : [`${lineName(line.rule, words, shown)}: ${w.threshold[line.threshold]}`]));
  return [w.threshold[restOf(lines)], ...named].join(" · ");
}

/** Why a message did not arrive, in the user's language. */
export const faultOf = (one: Delivery, words: Words): string => sentence(one.error_said, one.error, words);
