/** Each main figure over twelve periods: small lines, and the same as a table. */
import { useEffect, useState } from "preact/hooks";
import { getTrend } from "../../api/report";
import type { ReportTrend } from "../../api/types";
import { words } from "../../lib/preferences";
import { Fault, Loading } from "../../ui/parts";
import { explain } from "../actions";
import { Line } from "./Charts";
import { minutes, shareOf, short } from "./spelt";

type Point = ReportTrend["points"][number];
interface Figure {
  name: string;
  of: (point: Point) => number | null;
  write: (value: number) => string;
  /** The top of its line: shares are of a whole. */
  most?: number;
}

const figures = (): readonly Figure[] => {
  const r = words.value.reports;
  return [
    { name: r.compliance, of: (point) => point.rate, write: shareOf, most: 1 },
    { name: r.exposed, of: (point) => point.exposure_ms, write: minutes },
    { name: r.alarms, of: (point) => point.alarms, write: r.count },
    { name: r.answer, of: (point) => point.acknowledge_median_s, write: short },
    { name: r.nuisance, of: (point) => point.nuisance_rate, write: shareOf, most: 1 },
  ];
};

export function Trend({ params }: { params: string }) {
  const r = words.value.reports;
  const [trend, setTrend] = useState<ReportTrend | null>(null);
  const [fault, setFault] = useState("");
  useEffect(() => {
    let current = true;
    setTrend(null);
    void getTrend(params).then((answer) => {
      if (!current) return;
      setFault(answer.ok ? "" : explain(answer.problem));
      if (answer.ok) setTrend(answer.data);
    });
    return () => {
      current = false;
    };
  }, [params]);
  return (
    <section class="trends">
      <h2>{r.trend}</h2>
      <p class="muted">{r.trendHelp(trend?.points.length ?? 12)}</p>
      {fault && <Fault>{fault}</Fault>}
      {!trend && !fault && <Loading />}
      {trend && (
        <>
          <div class="trend-lines">
            {figures().map((figure) => (
              <Small key={figure.name} figure={figure} points={trend.points} />
            ))}
          </div>
          <details class="no-print">
            <summary>{r.trendTable}</summary>
            <Table points={trend.points} />
          </details>
        </>
      )}
    </section>
  );
}

function Small({ figure, points }: { figure: Figure; points: readonly Point[] }) {
  const r = words.value.reports;
  const values = points.map(figure.of);
  const known = values.filter((value) => value !== null);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const last = values[values.length - 1] ?? null;
  const told = last === null ? r.noFigure : figure.write(last);
  const label = known.length === 0 ? `${figure.name}: ${r.noFigure}` : r.trendLine(figure.name, told, figure.write(least), figure.write(most));
  return (
    <figure class="trend">
      <figcaption>
        <span class="muted">{figure.name}</span> <strong>{told}</strong>
      </figcaption>
      <Line label={label} values={values} most={figure.most ?? (known.length === 0 ? 0 : most)} />
      <p class="trend-ends muted" aria-hidden="true">
        <span>{points[0]?.day.slice(5)}</span>
        <span>{points[points.length - 1]?.day.slice(5)}</span>
      </p>
    </figure>
  );
}

function Table({ points }: { points: readonly Point[] }) {
  const r = words.value.reports;
  const all = figures();
  return (
    <div class="trend-table" tabIndex={0} role="region" aria-label={r.trend}>
      <table>
        <thead>
          <tr>
            <th scope="col">{r.day}</th>
            {all.map((figure) => (
              <th key={figure.name} scope="col">
                {figure.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.map((point) => (
            <tr key={point.day}>
              <th scope="row">{point.day}</th>
              {all.map((figure) => {
                const value = figure.of(point);
                return <td key={figure.name}>{value === null ? "—" : figure.write(value)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
