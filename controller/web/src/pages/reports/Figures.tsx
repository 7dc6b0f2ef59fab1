/** The figures of one report. */
import type { ComponentChildren } from "preact";
import * as store from "../../api/store";
import type { Report } from "../../api/types";
import { dateTime, percent, spell } from "../../lib/format";
import { language, words } from "../../lib/preferences";
import { hourly, lastDay } from "../../lib/report";
import { formatRoute } from "../../lib/route";
import { Empty, SeverityMark } from "../../ui/parts";
import { Bars, Heat, Shares } from "./Charts";

const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour));
const short = (seconds: number | null): string => (seconds === null ? "—" : seconds < 10 ? words.value.reports.seconds(seconds.toFixed(1)) : spell(seconds * 1000, language.value));
const minutes = (ms: number): string => words.value.reports.minutes((ms / 60_000).toFixed(ms < 600_000 ? 1 : 0));
const clock = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

export function Figures({ report }: { report: Report }) {
  const w = words.value;
  const r = w.reports;
  const { alarms, response, load } = report;
  const assessed = alarms.alarms - alarms.unassessed;
  const ends = [report.from_ms, report.to_ms].map((at) => dateTime(at).slice(0, 16));
  const hours = report.hours ? ` ${report.hours.map((one) => clock(one)).join("–")}` : "";
  return (
    <>
      <p class="muted">
        {`${r.period[report.period]} ${report.day}${hours} · ${r.counted(ends[0] ?? "", ends[1] ?? "", report.timezone)} `}
        {report.until_ms < report.to_ms && <strong>{r.running}</strong>}
      </p>
      <dl class="tiles">
        <Tile name={r.alarms} value={<a href={found(report)}>{alarms.alarms}</a>} more={[r.before(report.before.alarms), alarms.suppressed > 0 && r.suppressed(alarms.suppressed)].filter(Boolean).join(" · ")} />
        <Tile name={r.answer} value={short(response.acknowledge_median_s)} more={r.answerMore(short(response.acknowledge_p95_s), response.unacknowledged)} />
        <Tile name={r.resolve} value={short(response.resolve_median_s)} more={r.resolveMore(short(response.resolve_p95_s), response.unresolved)} />
        <Tile name={r.nuisance} value={alarms.nuisance_rate === null ? "—" : percent(alarms.nuisance_rate)} more={r.nuisanceMore(assessed, alarms.unassessed)} />
        <Tile name={r.perTen} value={load.per_10_min.toFixed(2)} more={`${w.load.band[load.band]} · ${r.peak(load.peak_10_min, `${load.flood_percent.toFixed(1)} %`)}`} />
      </dl>
      {alarms.alarms === 0 && report.worn.length === 0 && report.exposure.length === 0 && <Empty icon="check" title={r.empty} help={r.emptyHelp} />}
      {alarms.alarms > 0 && <When report={report} />}
      {report.causes.length > 0 && <Causes report={report} />}
      {report.exposure.length > 0 && <Exposure report={report} />}
      {report.worn.length > 0 && <Worn report={report} />}
      {report.people && (
        <section>
          <h2>{r.people}</h2>
          <ul class="measured">
            {report.people.map((one) => (
              <li key={one.who}>
                <span>{one.who}</span>
                <span />
                <Shares label={String(one.acknowledged)} parts={[{ kind: "count", value: one.acknowledged }, { kind: "rest", value: response.acknowledged - one.acknowledged }]} />
                <span class="number">{one.acknowledged}</span>
                <span class="muted">{short(one.acknowledge_median_s)}</span>
              </li>
            ))}
          </ul>
          {report.people.length === 0 && <p class="muted">{r.none}</p>}
        </section>
      )}
    </>
  );
}

function Tile({ name, value, more }: { name: string; value: ComponentChildren; more: string }) {
  return (
    <div class="tile-figure">
      <dt class="muted">{name}</dt>
      <dd>
        <strong>{value}</strong>
        <span class="muted">{more}</span>
      </dd>
    </div>
  );
}

function When({ report }: { report: Report }) {
  const r = words.value.reports;
  const week = report.hours_of_week;
  return (
    <div class="report-charts">
      {report.period === "week" && (
        <section>
          <h2>{r.days}</h2>
          <Bars label={r.days} counts={report.days.map((one) => one.alarms)} labels={report.days.map((one) => one.day.slice(5))} />
        </section>
      )}
      <section>
        <h2>{report.period === "week" ? r.heat : r.hourly}</h2>
        {report.period === "week" ? <Heat week={week} /> : <Bars label={r.hourly} counts={hourly(week)} labels={HOURS} />}
      </section>
    </div>
  );
}

function Causes({ report }: { report: Report }) {
  const w = words.value;
  const most = Math.max(1, ...report.causes.map((one) => one.alarms));
  return (
    <section>
      <h2>{w.reports.causes}</h2>
      <ul class="measured">
        {report.causes.map((one) => (
          <li key={`${one.rule_name}/${one.kind}/${one.severity}`}>
            <a class="link" href={found(report, one.rule_name)} title={w.reports.find}>
              {store.shownName(one.rule_name)}
            </a>
            <SeverityMark severity={one.severity} bare />
            <Shares label={String(one.alarms)} parts={[{ kind: "count", value: one.alarms }, { kind: "rest", value: most - one.alarms }]} />
            <span class="number">{one.alarms}</span>
            <span class="muted">{(["true", "false", "nuisance"] as const).map((kind) => `${w.assessment[kind]} ${kind === "nuisance" ? one.nuisance : one[`${kind}_alarms`]}`).join(" · ")}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Exposure({ report }: { report: Report }) {
  const w = words.value;
  const most = Math.max(1, ...report.exposure.map((one) => one.held_ms));
  return (
    <section>
      <h2>{w.reports.exposure}</h2>
      <p class="muted">{w.reports.exposureHelp}</p>
      <ul class="measured">
        {report.exposure.map((one) => (
          <li key={`${one.zone_name}/${one.kind}`}>
            <span>{one.zone_name ? store.shownName(one.zone_name) : w.reports.noZone}</span>
            <span class="muted">{w.kind[one.kind]}</span>
            <Shares label={minutes(one.held_ms)} parts={[{ kind: "count", value: one.held_ms }, { kind: "rest", value: most - one.held_ms }]} />
            <span class="number">{minutes(one.held_ms)}</span>
            <span class="muted">{w.reports.times(one.occurrences)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Worn({ report }: { report: Report }) {
  const w = words.value;
  const r = w.reports;
  return (
    <section>
      <h2>{r.worn}</h2>
      <p class="muted">{r.wornHelp}</p>
      <ul class="measured">
        {report.worn.map((one) => {
          const told = `${r.compliant} ${minutes(one.compliant_ms)} · ${r.missing} ${minutes(one.missing_ms)} · ${r.unknown} ${minutes(one.unknown_ms)}`;
          return (
            <li key={`${one.camera}/${one.item}`}>
              <span>{store.cameraNames.value.get(one.camera) ?? one.camera}</span>
              <span class="muted">{w.className(one.item)}</span>
              <Shares label={told} parts={[{ kind: "good", value: one.compliant_ms }, { kind: "bad", value: one.missing_ms }, { kind: "unknown", value: one.unknown_ms }]} />
              <span class="number">{one.rate === null ? "—" : percent(one.rate)}</span>
              <span class="muted">{one.rate === null ? r.untold : told}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** The search that finds what a figure counts. */
function found(report: Report, rule?: string): string {
  const night = report.hours !== null && report.hours[1] <= report.hours[0];
  return formatRoute("search", {
    span: "own",
    from: report.day,
    to: lastDay(report.period, report.day, night),
    rule,
    begin: report.hours ? clock(report.hours[0]) : undefined,
    end: report.hours ? clock(report.hours[1]) : undefined,
  });
}
