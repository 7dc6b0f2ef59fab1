/** Trouble with the system itself: what it is about, since when, until when, and whether there is footage of it. */
import * as store from "../../api/store";
import type { Alarm, AlarmDetail } from "../../api/types";
import { clockTime, dateTime, duration } from "../../lib/format";
import { words } from "../../lib/preferences";
import { placeOf } from "../../lib/reason";
import { formatRoute } from "../../lib/route";
import { Fact, Facts } from "../../ui/parts";
import { now_ms } from "../place";

/** What a camera saw is asked of its node at once; after this time it will not come. */
const CLIP_WAIT_MS = 300_000;

export function SystemFacts({ alarm, detail }: { alarm: Alarm; detail: AlarmDetail | null }) {
  const w = words.value;
  const begun_ms = detail?.occurrences.at(-1)?.start_ms ?? alarm.condition_ms;
  const span_ms = (alarm.end_ms ?? now_ms.value) - begun_ms;
  return (
    <>
      <Facts>
        <Fact name={w.detail.subject}>{placeOf(alarm, store.cameraNames.value, w)}</Fact>
        {alarm.kind === "footage_lost" ? (
          <>
            <Fact name={w.detail.span}>
              {dateTime(begun_ms)} – {clockTime(alarm.end_ms ?? begun_ms)} · {duration(span_ms)}
            </Fact>
            {alarm.said?.params["why"] && <Fact name={w.detail.why}>{alarm.said.params["why"]}</Fact>}
          </>
        ) : (
          <>
            <Fact name={w.detail.begun}>{dateTime(begun_ms)}</Fact>
            <Fact name={w.detail.ended}>{alarm.end_ms === null ? w.alarms.ongoing : dateTime(alarm.end_ms)}</Fact>
            <Fact name={w.detail.lasted}>{duration(span_ms)}</Fact>
          </>
        )}
      </Facts>
      <p>
        {alarm.kind === "channel_dead" ? (
          <a class="linked" href={formatRoute("settings", { view: "messages" })}>
            {w.detail.channels}
          </a>
        ) : alarm.kind === "backup_failing" ? (
          <a class="linked" href={formatRoute("exports")}>
            {w.detail.backups}
          </a>
        ) : (
          <a class="linked" href={formatRoute("site")}>
            {w.detail.state}
          </a>
        )}
      </p>
      {alarm.kind === "tamper" && !alarm.clip_ready && (
        <p class="muted" role="status">
          {now_ms.value - Date.parse(alarm.raised_at) < CLIP_WAIT_MS ? w.detail.clipLater : w.detail.noClip}
        </p>
      )}
    </>
  );
}
