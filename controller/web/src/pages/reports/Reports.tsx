/** A shift, a day or a week in figures and charts: to be read, printed, or taken along as a table. */
import { useEffect, useState } from "preact/hooks";
import { getReport, reportTableUrl } from "../../api/report";
import * as store from "../../api/store";
import type { Report } from "../../api/types";
import { words } from "../../lib/preferences";
import { dayAfter, hoursOf, paramsOf, PERIODS, periodOf, SHIFTS } from "../../lib/report";
import { Icon } from "../../ui/Icon";
import { Fault, Loading, Segments, Select } from "../../ui/parts";
import { explain } from "../actions";
import { go, route } from "../place";
import { Figures } from "./Figures";

export function Reports() {
  const r = words.value.reports;
  const { query } = route.value;
  const key = paramsOf(query).toString();
  const [report, setReport] = useState<Report | null>(null);
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    let current = true;
    setBusy(true);
    void getReport(key).then((answer) => {
      if (!current) return;
      setBusy(false);
      setFault(answer.ok ? "" : explain(answer.problem));
      if (answer.ok) setReport(answer.data);
    });
    return () => {
      current = false;
    };
  }, [key]);
  const change = (next: Record<string, string | undefined>): void => go("reports", { ...query, ...next }, true);
  const period = periodOf(query);
  const step = (days: number): void => void (report && change({ day: dayAfter(report.day, days * (period === "week" ? 7 : 1)) }));
  const hours = hoursOf(query);
  const choices: [string, string][] = [...(period === "shift" ? [] : [["", r.allHours] as [string, string]]), ...SHIFTS.map((one): [string, string] => [one, one])];
  if (hours && !choices.some(([value]) => value === hours)) choices.push([hours, hours]);
  return (
    <div class="document report" data-wide>
      <header class="page-head no-print">
        <h1>{r.title}</h1>
        <span class="push" />
        <button type="button" class="quiet" disabled={!report} onClick={() => print()}>
          {r.print}
        </button>
        <a class="link" href={reportTableUrl(key)} download>
          <Icon name="download" size={16} />
          {r.csv}
        </a>
      </header>
      <div class="report-asked no-print">
        <Segments label={r.periodLabel} value={period} options={PERIODS.map((one) => [one, r.period[one]] as const)} choose={(next) => change({ period: next === "day" ? undefined : next, hours: next === "shift" ? hours || SHIFTS[0] : hours || undefined })} />
        <button type="button" class="quiet" aria-label={r.back} title={r.back} disabled={!report} onClick={() => step(-1)}>
          <Icon name="back" size={16} />
        </button>
        <input type="date" aria-label={r.day} value={report?.day ?? query["day"] ?? ""} onChange={(event) => event.currentTarget.value && change({ day: event.currentTarget.value })} />
        <button type="button" class="quiet" aria-label={r.forward} title={r.forward} disabled={!report || report.until_ms < report.to_ms} onClick={() => step(1)}>
          <Icon name="forward" size={16} />
        </button>
        <Select label={r.hours} value={hours} options={choices} choose={(next) => change({ hours: next || undefined })} />
        {store.mayConfigure.value && (
          <label class="check">
            <input type="checkbox" checked={Boolean(query["names"])} onChange={(event) => change({ names: event.currentTarget.checked ? "1" : undefined })} />
            {r.names}
          </label>
        )}
      </div>
      {fault && <Fault>{fault}</Fault>}
      {!report && !fault && <Loading />}
      {report && !fault && (
        <div class="report-body" data-stale={busy || undefined} aria-busy={busy}>
          <Figures report={report} params={key} />
        </div>
      )}
      <p class="muted no-print">{r.help}</p>
    </div>
  );
}
