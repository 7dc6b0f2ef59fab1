/** What the verifier found, each occurrence, and what people did. */
import * as store from "../../api/store";
import type { AlarmDetail, Verdict } from "../../api/types";
import { clockTime, dateTime, duration, percent, providerName } from "../../lib/format";
import { words } from "../../lib/preferences";
import { isSystem } from "../../lib/reason";
import { Icon } from "../../ui/Icon";
import { Chip, Fact, Facts } from "../../ui/parts";

const MOST_TRACKS = 12;

export interface EvidenceProps {
  detail: AlarmDetail;
  /** Id of the occurrence whose clip is shown; empty: the alarm's own. */
  shown: string;
  show: (occurrence: string) => void;
}

export function Evidence({ detail, shown, show }: EvidenceProps) {
  const w = words.value;
  const several = detail.alarm.cameras.length > 1;
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
              {several && one.camera && <span>{store.cameraNames.value.get(one.camera) ?? one.camera}</span>}
              {!system && <span class="muted">{percent(one.confidence)}</span>}
              {one.late && <Chip icon="clock">{w.alarms.late}</Chip>}
              {!system && detail.occurrences.length > 1 && (
                <button
                  type="button"
                  class="quiet push row-act"
                  aria-pressed={shown === one.id}
                  disabled={!one.clip_ready && !one.has_picture}
                  title={one.clip_ready ? w.hands.play : w.hands.noClip}
                  onClick={() => show(shown === one.id ? "" : one.id)}
                >
                  <Icon name="play" size={16} />
                  <span class="unseen">{w.hands.play}</span>
                </button>
              )}
            </li>
          ))}
        </ol>
      </section>
      <section>
        <h3>{w.detail.history}</h3>
        <ol class="rows">
          {detail.history.map((entry) => (
            <li key={`${entry.at}${entry.what}${entry.who}`}>
              <time dateTime={entry.at}>{dateTime(Date.parse(entry.at))}</time>
              <span>
                {w.detail.actions[entry.what] ?? entry.what} {told(entry.detail)}
              </span>
              {entry.who !== "system" && <span class="muted">{entry.who}</span>}
              {entry.note && <span class="row-note">{entry.note}</span>}
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}

/** What a line of history tells besides its word: to whom, until when, how far, as what, where. */
function told(detail: AlarmDetail["history"][number]["detail"]): string {
  const w = words.value;
  const { to, until, level, assessment, camera }: Partial<Record<string, string | number>> = detail ?? {};
  if (typeof to === "string") return w.hands.to(to);
  if (typeof until === "string") return w.maintenance.until(dateTime(Date.parse(until)).slice(0, 16));
  if (typeof level === "number") return w.hands.level(level);
  if (assessment === "true" || assessment === "false" || assessment === "nuisance") return `· ${w.assessment[assessment]}`;
  return typeof camera === "string" ? `· ${store.cameraNames.value.get(camera) ?? camera}` : "";
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
