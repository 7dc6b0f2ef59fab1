/** One model: what it is, whether it judges, what rules would miss by it, and what can be done with it. */
import type { Model } from "../../api/types";
import { bytes, providerName } from "../../lib/format";
import { words } from "../../lib/preferences";
import { sentence } from "../../lib/said";
import { Icon } from "../../ui/Icon";
import { Chip, Fact, Facts, Fault } from "../../ui/parts";

export function ModelPanel({ one, open }: { one: Model; open: (what: "use" | "look" | "remove") => void }) {
  const w = words.value.models;
  const loads = one.state === "here" || one.state === "shipped";
  return (
    <li class="export" data-model={one.name}>
      <div class="export-head model-head">
        <strong>{one.name}</strong>
        {one.judging && <Chip icon="check">{w.judging}</Chip>}
        {one.chosen && !one.judging && <Chip icon="clock">{w.chosen}</Chip>}
        {one.state === "shipped" && <Chip>{w.shipped}</Chip>}
        {one.task === "anomaly" && <Chip>{w.anomaly}</Chip>}
        <span class="push" />
        {one.can_judge && !one.chosen && (
          <button type="button" onClick={() => open("use")}>
            {w.use}
          </button>
        )}
        {loads && one.task === "detect" && (
          <button type="button" class="quiet" onClick={() => open("look")}>
            {w.look}
          </button>
        )}
        {one.removable && (
          <button type="button" class="quiet" onClick={() => open("remove")}>
            {w.remove}
          </button>
        )}
      </div>
      {!loads && <Fault>{one.state === "unfit" ? w.unfit(one.fault) : one.state === "missing" ? w.missing : w.changed}</Fault>}
      {one.fallback && <span class="muted">{sentence(one.fallback_said, one.fallback, words.value)}</span>}
      {one.lacks.length > 0 && (
        <ul class="model-lacks">
          {one.lacks.map((lack) => (
            <li key={lack.text}>
              <Icon name="medium" size={16} /> {sentence(lack.said, lack.text, words.value)}
            </li>
          ))}
        </ul>
      )}
      <Facts>
        {one.classes.length > 0 && <Fact name={w.classes}>{some(one.classes)}</Fact>}
        {one.provider && <Fact name={w.provider}>{providerName(one.provider)}</Fact>}
        {one.head && <Fact name={w.head}>{one.head}</Fact>}
        {one.input_width_px > 0 && <Fact name={w.input}>{`${one.input_width_px}×${one.input_height_px} px${one.precision ? `, ${one.precision}` : ""}`}</Fact>}
        {one.bytes > 0 && <Fact name={w.size}>{bytes(one.bytes)}</Fact>}
        <Fact name={w.licence}>{one.licence || w.notKnown}</Fact>
        {one.source && <Fact name={w.source}>{one.source}</Fact>}
      </Facts>
      {one.sha256 && <span class="muted model-digest">SHA-256 {one.sha256}</span>}
    </li>
  );
}

const SHOWN = 12;

function some(classes: readonly string[]): string {
  const name = (one: string): string => words.value.className(one);
  const shown = classes.slice(0, SHOWN).map(name).join(", ");
  return classes.length > SHOWN ? `${shown} ${words.value.models.andMore(classes.length - SHOWN)}` : shown;
}
