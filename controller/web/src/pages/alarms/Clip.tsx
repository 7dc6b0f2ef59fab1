/** The clip of an alarm, or the honest word on why there is none yet. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { clipUrl, occurrenceClipUrl, occurrencePictureUrl, pictureUrl } from "../../api/calls";
import { clipStart_ms } from "../../api/client";
import type { Alarm, Occurrence, OccurrenceDetail } from "../../api/types";
import { fromVerdicts } from "../../lib/boxes";
import { words } from "../../lib/preferences";
import { ClipPlayer, type ClipMark } from "../../ui/ClipPlayer";
import { Icon } from "../../ui/Icon";
import { Chip } from "../../ui/parts";
import { Unmask } from "../Unmask";
import { now_ms } from "../place";
import * as store from "../../api/store";

const LEAD_MS = 2000;
const USUAL_FPS = 15;

/** What is played: an alarm's own clip, or that of one of its occurrences. */
export interface ClipOf {
  id: string;
  url: string;
  picture: string | null;
  ready: boolean;
  condition_ms: number;
  camera: string | null;
  zones: { name: string | null; points: NonNullable<Alarm["zone"]>; alarmed: boolean }[];
  download: string;
}
export type ClipSpan = Pick<OccurrenceDetail, "verdicts" | "clip_start_ms" | "clip_end_ms" | "clip_missing_ms"> & { occurrences: Occurrence[] };

const zonesOf = (alarm: Alarm): ClipOf["zones"] => (alarm.zone ? [{ name: alarm.zone_name, points: alarm.zone, alarmed: true }] : []);

export const clipOfAlarm = (alarm: Alarm): ClipOf => ({
  id: alarm.id,
  url: clipUrl(alarm.id),
  picture: alarm.has_picture ? pictureUrl(alarm.id) : null,
  ready: alarm.clip_ready,
  condition_ms: alarm.condition_ms,
  camera: alarm.camera,
  zones: zonesOf(alarm),
  download: `alarm-${alarm.number}.mp4`,
});

/** The alarm's zone is drawn in its own camera's picture only: another camera sees it elsewhere. */
export const clipOfOccurrence = (alarm: Alarm, one: Occurrence, place: number): ClipOf => ({
  id: one.id,
  url: occurrenceClipUrl(one.id),
  picture: one.has_picture ? occurrencePictureUrl(one.id) : null,
  ready: one.clip_ready,
  condition_ms: one.condition_ms,
  camera: one.camera ?? null,
  zones: one.camera === alarm.camera ? zonesOf(alarm) : [],
  download: `alarm-${alarm.number}-${place}.mp4`,
});

export function Clip({ of, detail }: { of: ClipOf; detail: ClipSpan | null }) {
  const w = words.value;
  // What was stored when the clip was opened is what plays: a growing clip does not restart under the viewer.
  const stored_ms = detail && of.ready ? detail.clip_end_ms - detail.clip_start_ms - detail.clip_missing_ms : 0;
  const [start_ms, setStart] = useState<number | null>(null);
  const [shown_ms, setShown] = useState(0);
  const url = shown_ms > 0 ? `${of.url}?stored_ms=${shown_ms}` : of.url;
  useEffect(() => {
    if (stored_ms <= 0 || start_ms !== null || !detail) return;
    setShown(stored_ms);
    void clipStart_ms(of.url).then((exact) => setStart(exact ?? detail.clip_start_ms));
  }, [stored_ms > 0, start_ms]);

  const boxes = useMemo(() => (detail ? fromVerdicts(detail.verdicts, detail.occurrences) : []), [detail]);
  const zones = useMemo(() => of.zones, [of.id]);
  const camera = store.cameras.value?.find((one) => one.id === of.camera);

  if (!detail || start_ms === null)
    return (
      <div class="player">
        <div class="player-picture">
          {of.picture && <img src={of.picture} alt="" />}
          <div class="picture-words" data-dim={of.picture !== null || undefined} role="status">
            <span>{w.player.waiting}</span>
          </div>
        </div>
        <div class="scrubber" />
        <div class="player-controls" />
      </div>
    );
  const marks: ClipMark[] = [
    ...detail.verdicts.map((one) => ({ start_ms: one.start_ms, end_ms: one.end_ms, kind: "judged" as const })),
    ...detail.occurrences.map((one) => ({ start_ms: one.start_ms, end_ms: one.end_ms ?? now_ms.value, kind: "alarm" as const })),
  ];
  return (
    <>
      <ClipPlayer
        url={url}
        poster={of.picture}
        start_ms={start_ms}
        from_ms={of.condition_ms - LEAD_MS}
        step_ms={1000 / (camera?.fps || USUAL_FPS)}
        boxes={boxes}
        zones={zones}
        marks={marks}
        download={of.download}
        again={() => setStart(null)}
      />
      <div class="clip-notes">
        {of.camera && <Unmask camera={of.camera} name={store.cameraNames.value.get(of.camera) ?? of.camera} />}
        {stored_ms > shown_ms + LEAD_MS && (
          <button type="button" class="quiet" onClick={() => setStart(null)}>
            <Icon name="clock" size={16} />
            {w.player.grown}
          </button>
        )}
        {detail.clip_missing_ms > 0 && <Chip icon="clock">{w.player.missing((detail.clip_missing_ms / 1000).toFixed(0))}</Chip>}
      </div>
    </>
  );
}
