/** How much alarms ask of people, by EEMUA 191 and ANSI/ISA-18.2. */
import { useEffect, useState } from "preact/hooks";
import { getLoad } from "../../api/calls";
import * as store from "../../api/store";
import type { AlarmLoad } from "../../api/types";
import { SEVERITIES } from "../../lib/alarms";
import { percent } from "../../lib/format";
import { words } from "../../lib/preferences";
import { Icon } from "../../ui/Icon";
import { Fact, Facts, Fault, Loading, Segments } from "../../ui/parts";
import { explain } from "../actions";
import { now_ms } from "../place";

const SPANS_H = [8, 24, 168, 720] as const;
const HOUR_MS = 3_600_000;
const AGAIN_MS = 30_000;
const ASSESSMENTS = ["true", "false", "nuisance"] as const;

export function Load({ back }: { back: () => void }) {
  const w = words.value;
  const [hours, setHours] = useState<(typeof SPANS_H)[number]>(24);
  const [load, setLoad] = useState<AlarmLoad | null>(null);
  const [fault, setFault] = useState("");
  useEffect(() => {
    let current = true;
    const ask = async (): Promise<void> => {
      const answer = await getLoad(now_ms.peek() - hours * HOUR_MS);
      if (!current) return;
      if (answer.ok) setLoad(answer.data);
      setFault(answer.ok ? "" : explain(answer.problem));
    };
    void ask();
    const timer = setInterval(() => void ask(), AGAIN_MS);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [hours]);
  return (
    <article class="detail load">
      <button type="button" class="quiet back" onClick={back}>
        <Icon name="back" size={16} />
        {w.alarms.back}
      </button>
      <header class="detail-head">
        <h2>{w.load.title}</h2>
        <Segments label={w.load.span} value={hours} options={SPANS_H.map((one) => [one, w.load.hours(one)] as const)} choose={setHours} />
      </header>
      <p class="muted">
        {w.load.help} {load && w.load.operators(load.operators)}
      </p>
      {fault && <Fault>{fault}</Fault>}
      {!load && !fault && <Loading />}
      {load && <Figures load={load} />}
    </article>
  );
}

function Figures({ load }: { load: AlarmLoad }) {
  const w = words.value;
  const seconds = (value: number | null): string => (value === null ? "—" : w.load.seconds(value < 10 ? value.toFixed(1) : value.toFixed(0)));
  const severities = SEVERITIES.filter((one) => load.severities[one]).map((one) => `${w.severity[one]} ${load.severities[one]}`);
  const assessed = ASSESSMENTS.filter((one) => load.assessments[one]).map((one) => `${w.assessment[one]} ${load.assessments[one]}`);
  const open = load.assessments["open"] ?? 0;
  return (
    <>
      {load.flooding && (
        <Fault>
          <strong>{w.load.flooding}</strong> {w.load.floodingHelp}
        </Fault>
      )}
      <Facts>
        <Fact name={w.load.alarms}>
          {load.alarms} <span class="muted">{severities.join(", ")}</span>
        </Fact>
        <Fact name={w.load.average}>
          {load.per_10_min.toFixed(2)} <span class="muted">{w.load.band[load.band]}</span>
        </Fact>
        <Fact name={w.load.peak}>{load.peak_10_min}</Fact>
        <Fact name={w.load.flood}>{load.flood_percent.toFixed(1)} %</Fact>
        <Fact name={w.load.answer}>{seconds(load.acknowledge_median_s)}</Fact>
        <Fact name={w.load.answer95}>{seconds(load.acknowledge_p95_s)}</Fact>
        <Fact name={w.load.resolve}>{seconds(load.resolve_median_s)}</Fact>
        <Fact name={w.load.escalated}>{load.escalated}</Fact>
        <Fact name={w.load.suppressed}>{load.suppressed}</Fact>
        <Fact name={w.load.assessed}>
          {assessed.join(", ") || "—"} {open > 0 && <span class="muted">{`${w.load.open} ${open}`}</span>}
        </Fact>
        <Fact name={w.load.stale}>{load.stale.map((number) => `#${number}`).join(" ") || w.load.none}</Fact>
      </Facts>
      <div class="evidence">
        <section>
          <h3>
            {w.load.contributors} <span class="muted">{w.load.share(`${load.contributors_percent.toFixed(0)}%`)}</span>
          </h3>
          <ol class="rows">
            {load.contributors.map((one) => (
              <li key={`${one.rule_name}/${one.where}/${one.zone_name ?? ""}`}>
                <span class="number">{one.alarms}</span>
                <span>{store.shownName(one.rule_name)}</span>
                <span class="muted">{whereOf(one.where, one.zone_name)}</span>
                <span class="muted push">{percent(one.share)}</span>
              </li>
            ))}
          </ol>
          {load.contributors.length === 0 && <p class="muted">{w.load.none}</p>}
        </section>
        <section>
          <h3>{w.load.chattering}</h3>
          <ul class="rows">
            {load.chattering.map((one) => (
              <li key={`${one.rule_name}/${one.where}/${one.zone_name ?? ""}`}>
                <span>{store.shownName(one.rule_name)}</span>
                <span class="muted">{whereOf(one.where, one.zone_name)}</span>
                <span class="push">{w.load.inAMinute(one.most_in_a_minute)}</span>
              </li>
            ))}
          </ul>
          {load.chattering.length === 0 && <p class="muted">{w.load.none}</p>}
        </section>
        {load.together.length > 0 && (
          <section>
            <h3>{w.load.together}</h3>
            <ul class="rows">
              {load.together.map((one) => (
                <li key={`${one.rule_name}/${one.cameras.join()}`}>
                  <strong>{one.cameras.map((camera) => store.cameraNames.value.get(String(camera)) ?? String(camera)).join(" · ")}</strong>
                  <span class="row-note muted">{w.load.togetherHelp(store.shownName(one.rule_name), one.together, one.alarms)}</span>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </>
  );
}

function whereOf(where: string, zone: string | null): string {
  const name = store.cameraNames.value.get(where) ?? where;
  return [name || words.value.maintenance.site, zone].filter(Boolean).join(" · ");
}
