/** What a destination is told of: a least severity for all, and rules that differ. */
import * as store from "../../api/store";
import type { SubscriptionLine } from "../../api/types";
import { lineName, restOf } from "../../lib/messages";
import { words } from "../../lib/preferences";
import { SYSTEM } from "../../lib/reason";
import { Icon } from "../../ui/Icon";
import { Select } from "../../ui/parts";

type Threshold = SubscriptionLine["threshold"];
const THRESHOLDS: readonly Threshold[] = ["low", "medium", "high", "critical", "never"];
const NONE = "";

export function Lines({ lines, change }: { lines: readonly SubscriptionLine[]; change: (lines: SubscriptionLine[]) => void }) {
  const w = words.value.messages;
  const named = lines.filter((line) => line.rule != null);
  const options = THRESHOLDS.map((one) => [one, w.threshold[one]] as const);
  const rules = [...new Set((store.rules.value?.rules ?? []).map((rule) => rule.name)), ...SYSTEM.map((kind) => `system.${kind}`)];
  const free = rules.filter((rule) => !named.some((line) => line.rule === rule));
  const put = (rest: Threshold, others: readonly SubscriptionLine[]): void => change([{ rule: null, threshold: rest }, ...others]);
  return (
    <fieldset class="lines">
      <legend>{w.told}</legend>
      <div class="line">
        <span>{named.length > 0 ? w.rest : w.every}</span>
        <Select label={w.rest} value={restOf(lines)} options={options} choose={(rest) => put(rest, named)} />
      </div>
      {named.map((line) => {
        const name = lineName(line.rule ?? "", words.value, store.shownName);
        return (
          <div class="line" key={line.rule}>
            <span>{name}</span>
            <Select
              label={w.exceptionOf(name)}
              value={line.threshold}
              options={options}
              choose={(threshold) => put(restOf(lines), named.map((one) => (one === line ? { ...one, threshold } : one)))}
            />
            <button type="button" class="icon-button" aria-label={w.drop(name)} title={w.drop(name)} onClick={() => put(restOf(lines), named.filter((one) => one !== line))}>
              <Icon name="close" size={16} />
            </button>
          </div>
        );
      })}
      {free.length > 0 && (
        <div class="line">
          <span class="muted">{w.exceptions}</span>
          <Select
            label={w.exception}
            value={NONE}
            options={[[NONE, w.chooseRule], ...free.map((rule) => [rule, lineName(rule, words.value, store.shownName)] as const)]}
            choose={(rule) => rule && put(restOf(lines), [...named, { rule, threshold: "low" }])}
          />
        </div>
      )}
    </fieldset>
  );
}
