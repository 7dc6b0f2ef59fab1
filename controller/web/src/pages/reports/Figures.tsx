/** The figures of one report. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import * as store from "../../api/store";
import type { Report } from "../../api/types";
import { dateTime, percent } from "../../lib/format";
import { words } from "../../lib/preferences";
import { hourly, lastDay } from "../../lib/report";
import { formatRoute } from "../../lib/route";
import { Empty, Select, SeverityMark } from "../../ui/parts";
import { Bars, Heat, Shares } from "./Charts";
import { Paper } from "./Paper";
import { PictureHeat } from "./PictureHeat";
import { minutes, shareOf, short, was } from "./spelt";
import { Trend } from "./Trend";
import { Zones } from "./Zones";

const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour));
const clock = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

export function Figures({ report, params }: { report: Report; params: string }) {
  const w = words.value;
  const r = w.reports;
  const { alarms, before, response, load, safety } = report;
  const assessed = alarms.alarms - alarms.unassessed;
  const ends = [report.from_ms, report.to_ms].map((at) => dateTime(at).slice(0, 16));
  const hours = report.hours ? ` ${report.hours.map((one) => clock(one)).join("–")}` : "";
  const about = `${r.period[report.period]} ${report.day}${hours} · ${r.counted(ends[0] ?? "", ends[1] ?? "", report.timezone)}`;
  return (
    <>
      <Paper report={report} about={about} />
      <p class="muted no-print">
        {about}{" "}
        {report.until_ms < report.to_ms && <strong>{r.running}</strong>}
      </p>
      <dl class="tiles">
        <Tile
          name={r.compliance}
          value={shareOf(safety.rate)}
          more={[safety.present_ms === null ? r.nothingJudged : r.complianceMore(minutes(safety.present_ms)), was(safety.rate, before.rate, shareOf, true)]}
        />
        <Tile name={r.exposed} value={safety.exposure_ms === null ? "—" : minutes(safety.exposure_ms)} more={[safety.exposure_ms === null && r.nothingJudged, was(safety.exposure_ms, before.exposure_ms, minutes)]} />
        <Tile name={r.alarms} value={<a href={found(report)}>{alarms.alarms}</a>} more={[was(alarms.alarms, before.alarms, r.count), alarms.suppressed > 0 && r.suppressed(alarms.suppressed)]} />
        <Tile name={r.answer} value={short(response.acknowledge_median_s)} more={[r.answerMore(short(response.acknowledge_p95_s), response.unacknowledged), was(response.acknowledge_median_s, before.acknowledge_median_s, short)]} />
        <Tile name={r.resolve} value={short(response.resolve_median_s)} more={[r.resolveMore(short(response.resolve_p95_s), response.unresolved), was(response.resolve_median_s, before.resolve_median_s, short)]} />
        <Tile name={r.nuisance} value={shareOf(alarms.nuisance_rate)} more={[r.nuisanceMore(assessed, alarms.unassessed), was(alarms.nuisance_rate, before.nuisance_rate, shareOf, true)]} />
        <Tile name={r.perTen} value={load.per_10_min.toFixed(2)} more={[w.load.band[load.band], r.peak(load.peak_10_min, `${load.flood_percent.toFixed(1)} %`)]} />
      </dl>
      {alarms.alarms === 0 && report.worn.length === 0 && report.exposure.length === 0 && report.presence.length === 0 && <Empty icon="check" title={r.empty} help={r.emptyHelp} />}
      <Zones report={report} />
      <Trend params={params} />
      {alarms.alarms > 0 && <When key={report.from_ms} report={report} />}
      {report.causes.length > 0 && <Causes report={report} />}
      {report.exposure.length > 0 && <Exposure report={report} />}
      {report.worn.length > 0 && <Worn report={report} />}
      <PictureHeat report={report} />
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

function Tile({ name, value, more }: { name: string; value: ComponentChildren; more: readonly (string | false | undefined)[] }) {
  return (
    <div class="tile-figure">
      <dt class="muted">{name}</dt>
      <dd>
        <strong>{value}</strong>
        {more.filter(Boolean).map((line) => (
          <span key={line} class="muted">
            {line}
          </span>
        ))}
      </dd>
    </div>
  );
}

function When({ report }: { report: Report }) {
  const r = words.value.reports;
  const [cause, setCause] = useState("");
  const causes = [...new Set(report.causes.filter((one) => one.alarms > 0).map((one) => one.rule_name))];
  const chosen = report.causes.filter((one) => one.rule_name === cause);
  const week = chosen.length === 0 ? report.hours_of_week : report.hours_of_week.map((hours, day) => hours.map((_, hour) => chosen.reduce((sum, one) => sum + (one.hours_of_week[day]?.[hour] ?? 0), 0)));
  const options = [["", r.everyCause] as const, ...causes.map((name) => [name, store.shownName(name)] as const)];
  return (
    <div class="report-charts">
      {report.period === "week" && (
        <section>
          <h2>{r.days}</h2>
          <Bars label={r.days} counts={report.days.map((one) => one.alarms)} labels={report.days.map((one) => one.day.slice(5))} />
        </section>
      )}
      <section>
        <div class="report-when">
          <h2>{`${report.period === "week" ? r.heat : r.hourly}${chosen.length > 0 ? ` · ${store.shownName(cause)}` : ""}`}</h2>
          {causes.length > 1 && (
            <span class="no-print">
              <Select label={r.cause} value={cause} options={options} choose={setCause} />
            </span>
          )}
        </div>
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
