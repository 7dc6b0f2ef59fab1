/** One deed on every alarm that is meant, and what is said of its outcomes. */
import { makeExport } from "../../api/exportCalls";
import { actOnAll, type ManyDeed } from "../../api/review";
import * as store from "../../api/store";
import { exportedAs } from "../../api/unmasks";
import type { Alarm, AlarmOutcome } from "../../api/types";
import { words } from "../../lib/preferences";
import { explain } from "../actions";

/** As many as one request takes. */
const MOST = 200;
const MOST_NUMBERS = 12;

export interface Handled {
  done: readonly string[];
  told: string;
  fault: string;
}

/** Do it; alarms that somebody else changed meanwhile are told by their numbers, and shown as they are now. */
export async function actOnMany(deed: ManyDeed, alarms: readonly Alarm[]): Promise<Handled> {
  const outcomes: AlarmOutcome[] = [];
  let broken = "";
  for (let first = 0; first < alarms.length && !broken; first += MOST) {
    const some = alarms.slice(first, first + MOST).map(({ id, rev }) => ({ id, rev }));
    const answer = await actOnAll(deed, some);
    if (answer.ok) outcomes.push(...answer.data.outcomes);
    else broken = explain(answer.problem);
  }
  for (const { alarm } of outcomes) if (alarm) store.apply({ id: 0, kind: "alarm", data: alarm });
  const done = outcomes.filter((one) => one.outcome === "done").map((one) => one.id);
  return { done, told: words.value.review.done(done.length, alarms.length), fault: [broken, ...faults(outcomes, alarms)].filter(Boolean).join(" ") };
}

/** Ask for files of what cameras saw of them. Null, or why it failed. */
export async function exportAll(alarms: readonly Alarm[]): Promise<string | null> {
  const key = crypto.getRandomValues(new Uint32Array(4)).join("-");
  const numbers = alarms.map((alarm) => `#${alarm.number}`);
  const why = numbers.length > MOST_NUMBERS ? `${numbers.slice(0, MOST_NUMBERS).join(", ")}, …` : numbers.join(", ");
  const answer = await makeExport([], alarms.map((alarm) => alarm.id), why, key, null, exportedAs(alarms.flatMap((alarm) => alarm.cameras)));
  return answer.ok ? null : explain(answer.problem);
}

function faults(outcomes: readonly AlarmOutcome[], alarms: readonly Alarm[]): string[] {
  const w = words.value.review;
  const numbers = new Map(alarms.map((alarm) => [alarm.id, `#${alarm.number}`]));
  const say = (kinds: readonly AlarmOutcome["outcome"][], text: (numbers: string) => string): string => {
    const meant = outcomes.filter((one) => kinds.includes(one.outcome)).map((one) => numbers.get(one.id) ?? "");
    return meant.length > 0 ? text(meant.join(", ")) : "";
  };
  return [say(["changed"], w.changed), say(["refused", "missing"], w.refused), say(["busy"], w.failed)];
}
