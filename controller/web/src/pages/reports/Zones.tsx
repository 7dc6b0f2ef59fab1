/** Who kept the rules of which zone for how long, and who was exposed. */
import * as store from "../../api/store";
import type { Report, ReportPresence } from "../../api/types";
import { words } from "../../lib/preferences";
import { Shares } from "./Charts";
import { minutes, shareOf } from "./spelt";

export function Zones({ report }: { report: Report }) {
  const r = words.value.reports;
  return (
    <section>
      <h2>{r.zones}</h2>
      <p class="muted">{r.zonesHelp}</p>
      {report.presence.length === 0 && <p class="muted">{r.zonesNone}</p>}
      <ul class="measured zones">
        {report.presence.map((one) => (
          <Row key={`${one.zone_name}/${one.rule_name}/${one.kind}`} one={one} />
        ))}
      </ul>
    </section>
  );
}

function Row({ one }: { one: ReportPresence }) {
  const w = words.value;
  const r = w.reports;
  const forbidden = one.kind === "zone_intrusion";
  const kept_ms = Math.max(0, one.present_ms - one.breach_ms - one.unknown_ms);
  const parts = forbidden
    ? [{ kind: "bad", value: one.present_ms }]
    : [
        { kind: "good", value: kept_ms },
        { kind: "bad", value: one.breach_ms },
        { kind: "unknown", value: one.unknown_ms },
      ];
  const told = [
    r.exposedOf(minutes(one.exposure_ms), minutes(one.present_ms)),
    one.unknown_ms > 0 && r.untoldFor(minutes(one.unknown_ms)),
    one.judged_share !== null && r.judged(shareOf(one.judged_share)),
  ]
    .filter(Boolean)
    .join(" · ");
  return (
    <li>
      <span>{one.zone_name ? store.shownName(one.zone_name) : r.noZone}</span>
      <span class="muted">{r.ruleOf(store.shownName(one.rule_name), w.kind[one.kind])}</span>
      <Shares label={told} parts={parts} />
      <span class="number">{forbidden ? minutes(one.exposure_ms) : shareOf(one.rate)}</span>
      <span class="muted">{forbidden ? `${r.forbidden} · ${told}` : told}</span>
    </li>
  );
}
