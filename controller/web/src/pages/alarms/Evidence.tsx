/** Each occurrence, what people did, who was told, and what the verifier found. */
import * as store from "../../api/store";
import type { AlarmDetail, Verdict } from "../../api/types";
import { clockTime, dateTime, duration, moment, percent, providerName } from "../../lib/format";
import { words } from "../../lib/preferences";
import { isSystem } from "../../lib/reason";
import { byModel, type Judged } from "../../lib/verdicts";
import { Icon } from "../../ui/Icon";
import { Chip, Fact, Facts } from "../../ui/parts";
import { Near } from "./Near";
import { AlarmReceipts } from "../messages/Receipts";

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
                {w.detail.actions[entry.what] ?? entry.what} {told(entry.detail, Date.parse(entry.at))}
              </span>
              {entry.who !== "system" && <span class="muted">{entry.who}</span>}
              {entry.note && <span class="row-note">{entry.note}</span>}
            </li>
          ))}
        </ol>
      </section>
      <AlarmReceipts alarm={detail.alarm.id} rev={detail.alarm.rev} />
      {detail.alarm.camera && <Near id={detail.alarm.id} camera={detail.alarm.camera} start_ms={detail.alarm.condition_ms} end_ms={detail.alarm.end_ms ?? detail.alarm.condition_ms} />}
      {!system && <VerdictList verdicts={detail.verdicts} />}
    </div>
  );
}

/** What the verifier found, by the model that judged. */
export function VerdictList({ verdicts }: { verdicts: readonly Verdict[] }) {
  const w = words.value.detail;
  return (
    <section class="verdicts">
      <h3>{w.verdict}</h3>
      {verdicts.length === 0 && <p class="muted">{w.noVerdict}</p>}
      {byModel(verdicts).map((judged) => (
        <VerdictFacts key={judged.sha256} judged={judged} />
      ))}
    </section>
  );
}

/** What a line of history tells besides its word: to whom, until when, how far, as what, where. */
function told(detail: AlarmDetail["history"][number]["detail"], at_ms: number): string {
  const w = words.value;
  const { to, until, level, assessment, camera }: Partial<Record<string, string | number>> = detail ?? {};
  if (typeof to === "string") return w.hands.to(to);
  if (typeof until === "string") return w.maintenance.until(moment(Date.parse(until), at_ms));
  if (typeof level === "number") return w.hands.level(level);
  if (assessment === "true" || assessment === "false" || assessment === "nuisance") return `· ${w.assessment[assessment]}`;
  return typeof camera === "string" ? `· ${store.cameraNames.value.get(camera) ?? camera}` : "";
}

function VerdictFacts({ judged }: { judged: Judged }) {
  const w = words.value.detail;
  return (
    <>
      <Facts>
        <Fact name={w.model}>
          {judged.model} <span class="muted">{judged.sha256.slice(0, 12)}</span>
        </Fact>
        <Fact name={w.provider}>{providerName(judged.provider)}</Fact>
        <Fact name={w.sampled}>
          {judged.sampled} · {clockTime(judged.start_ms)}–{clockTime(judged.end_ms)}
        </Fact>
      </Facts>
      {judged.unreadable.map((why) => (
        <p class="muted" key={why}>
          {w.unreadable}: {why}
        </p>
      ))}
      <ul class="rows">
        {judged.tracks.slice(0, MOST_TRACKS).map((track) => (
          <li key={`${track.id}/${track.class_name}/${track.first_ms}`}>
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
      {judged.tracks.length > MOST_TRACKS && <p class="muted">{w.moreTracks(judged.tracks.length - MOST_TRACKS)}</p>}
    </>
  );
}
