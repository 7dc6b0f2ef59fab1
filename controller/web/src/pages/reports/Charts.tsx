/** Bars, lines, a heat map and shares, drawn as SVG; each has its numbers in words too. */
import { words } from "../../lib/preferences";
import { heights, stretches } from "../../lib/report";

/** A bar for each count; the numbers stand above, the labels below. */
export function Bars({ label, counts, labels }: { label: string; counts: readonly number[]; labels: readonly string[] }) {
  const tall = heights(counts);
  const every = counts.length > 12 ? 6 : 1;
  return (
    <figure class="bars" role="img" aria-label={`${label}: ${counts.map((count, at) => `${labels[at] ?? at} ${count}`).join(", ")}`}>
      <svg viewBox={`0 0 ${counts.length} 1`} preserveAspectRatio="none" aria-hidden="true">
        {tall.map((height, at) => (
          <rect key={at} x={at + 0.1} y={1 - Math.max(height, 0.01)} width={0.8} height={Math.max(height, 0.01)}>
            <title>{`${labels[at] ?? at}: ${counts[at]}`}</title>
          </rect>
        ))}
      </svg>
      <div class="bars-labels" data-count={counts.length} aria-hidden="true">
        {labels.map((text, at) => at % every === 0 && <span key={at}>{counts.length > 12 ? text : `${text} · ${counts[at]}`}</span>)}
      </div>
    </figure>
  );
}

/** Hours across, weekdays down; the darker, the more. */
export function Heat({ week }: { week: readonly (readonly number[])[] }) {
  const r = words.value.reports;
  const most = Math.max(0, ...week.flat());
  return (
    <figure class="heat">
      <div class="heat-days" aria-hidden="true">
        {r.weekdays.map((day) => (
          <span key={day}>{day}</span>
        ))}
      </div>
      <svg viewBox="0 0 24 7" preserveAspectRatio="none" role="img" aria-label={`${r.heat}: ${r.most(most)}`}>
        {week.flatMap((hours, day) =>
          hours.map((count, hour) => (
            <rect key={`${day}/${hour}`} data-none={count === 0 || undefined} x={hour + 0.04} y={day + 0.06} width={0.92} height={0.88} fill-opacity={count === 0 ? 1 : 0.2 + (0.8 * count) / most}>
              <title>{r.heatCell(r.weekdays[day] ?? "", hour, count)}</title>
            </rect>
          )),
        )}
      </svg>
      <div class="bars-labels heat-hours" data-count={24} aria-hidden="true">
        {[0, 6, 12, 18].map((hour) => (
          <span key={hour}>{hour}</span>
        ))}
      </div>
    </figure>
  );
}

/** Parts of a whole, side by side; nothing at all is an empty line. */
export function Shares({ parts, label }: { parts: readonly { kind: string; value: number }[]; label: string }) {
  const whole = parts.reduce((sum, part) => sum + part.value, 0);
  let from = 0;
  return (
    <svg class="shares" viewBox="0 0 100 1" preserveAspectRatio="none" role="img" aria-label={label}>
      <rect class="shares-none" x={0} y={0} width={100} height={1} />
      {whole > 0 &&
        parts.map((part) => {
          const width = (100 * part.value) / whole;
          const x = from;
          from += width;
          return <rect key={part.kind} data-kind={part.kind} x={x} y={0} width={width} height={1} />;
        })}
    </svg>
  );
}

/** A figure over time, from nought up; the last one stands out. What has no figure is a hole in it. */
export function Line({ label, values, most }: { label: string; values: readonly (number | null)[]; most: number }) {
  const found = stretches(values, most);
  const at = ([place, height]: readonly [number, number]): string => `${place} ${(1 - height).toFixed(4)}`;
  const lastAt = values.length - 1;
  return (
    <svg class="line" viewBox={`-0.3 -0.06 ${values.length - 0.4} 1.12`} preserveAspectRatio="none" role="img" aria-label={label}>
      <path class="line-ground" d={`M-0.3 1H${values.length - 0.7}`} />
      {found.map((points) => (
        <path key={points[0]?.[0]} d={`M${points.map(at).join("L")}`} />
      ))}
      {found.flat().map((point) => (
        <path key={point[0]} class="line-point" data-last={point[0] === lastAt || undefined} d={`M${at(point)}h0`} />
      ))}
    </svg>
  );
}
