/** What the verifier found, each occurrence, and what people did. */
import type { AlarmDetail, Verdict } from "../../api/types";
import { clockTime, dateTime, duration, percent, providerName } from "../../lib/format";
import { words } from "../../lib/preferences";
import { isSystem } from "../../lib/reason";
import { Chip, Fact, Facts } from "../../ui/parts";

const MOST_TRACKS = 12;

export function Evidence({ detail }: { detail: AlarmDetail }) {
  const w = words.value;
  const system = isSystem(detail.alarm);
  return (
    <div class="evidence">
      {!system && (
        <section>
          <h3>{w.detail.verdict}</h3>
          {detail.verdicts.length === 0 && <p class="muted">{w.detail.noVerdict}</p>}
          {detail.verdicts.map((verdict) => (
            <VerdictFacts key={verdict.id} verdict={verdict} />
          ))}
        </section>
      )}
      <section>
        <h3>{w.detail.occurrences}</h3>
        <ol class="rows">
          {detail.occurrences.map((one) => (
            <li key={one.id}>
              <time>{system ? dateTime(one.start_ms) : clockTime(one.condition_ms)}</time>
              {system && one.end_ms !== null && <time>– {clockTime(one.end_ms)}</time>}
              <span>{one.end_ms === null ? w.alarms.ongoing : duration(one.end_ms - one.start_ms)}</span>
              {!system && <span class="muted">{percent(one.confidence)}</span>}
              {one.late && <Chip icon="clock">{w.alarms.late}</Chip>}
            </li>
          ))}
        </ol>
      </section>
      <section>
        <h3>{w.detail.history}</h3>
        <ol class="rows">
          {detail.history.map((entry) => (
            <li key={`${entry.at}${entry.what}`}>
              <time dateTime={entry.at}>{dateTime(Date.parse(entry.at))}</time>
              <span>{w.detail.actions[entry.what] ?? entry.what}</span>
              {entry.who !== "system" && <span class="muted">{entry.who}</span>}
              {entry.note && <span class="row-note">{entry.note}</span>}
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}

function VerdictFacts({ verdict }: { verdict: Verdict }) {
  const w = words.value.detail;
  const tracks = [...verdict.tracks].sort((a, b) => b.confidence - a.confidence).slice(0, MOST_TRACKS);
  return (
    <>
      <Facts>
        <Fact name={w.model}>
          {verdict.model} <span class="muted">{verdict.model_sha256.slice(0, 12)}</span>
        </Fact>
        <Fact name={w.provider}>{providerName(verdict.provider)}</Fact>
        <Fact name={w.sampled}>
          {verdict.sampled} · {clockTime(verdict.start_ms)}–{clockTime(verdict.end_ms)}
        </Fact>
      </Facts>
      {verdict.unreadable && <p class="muted">{w.unreadable}: {verdict.unreadable}</p>}
      <ul class="rows">
        {tracks.map((track) => (
          <li key={track.id}>
            <span>{words.value.className(track.class_name)}</span>
            <span class="number">#{track.id}</span>
            <span class="muted">{percent(track.confidence)}</span>
            <span class="muted">{duration(track.last_ms - track.first_ms)}</span>
            {Object.entries(track.attributes).map(([name, value]) => (
              <Chip key={name}>
                {words.value.className(name)} {w.attributes[value] ?? value}
              </Chip>
            ))}
          </li>
        ))}
      </ul>
    </>
  );
}
