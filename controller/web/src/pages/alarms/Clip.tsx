/** The clip of an alarm, or the honest word on why there is none yet. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { clipUrl, pictureUrl } from "../../api/calls";
import { clipStart_ms } from "../../api/client";
import type { Alarm, AlarmDetail } from "../../api/types";
import { fromVerdicts } from "../../lib/boxes";
import { words } from "../../lib/preferences";
import { ClipPlayer, type ClipMark } from "../../ui/ClipPlayer";
import { Icon } from "../../ui/Icon";
import { Chip } from "../../ui/parts";
import { now_ms } from "../place";
import * as store from "../../api/store";

const LEAD_MS = 2000;
const USUAL_FPS = 15;

export function Clip({ alarm, detail }: { alarm: Alarm; detail: AlarmDetail | null }) {
  const w = words.value;
  // What was stored when the clip was opened is what plays: a growing clip does not restart under the viewer.
  const stored_ms = detail && alarm.clip_ready ? detail.clip_end_ms - detail.clip_start_ms - detail.clip_missing_ms : 0;
  const [start_ms, setStart] = useState<number | null>(null);
  const [shown_ms, setShown] = useState(0);
  const url = shown_ms > 0 ? `${clipUrl(alarm.id)}?stored_ms=${shown_ms}` : clipUrl(alarm.id);
  useEffect(() => {
    if (stored_ms <= 0 || start_ms !== null || !detail) return;
    setShown(stored_ms);
    void clipStart_ms(clipUrl(alarm.id)).then((exact) => setStart(exact ?? detail.clip_start_ms));
  }, [stored_ms > 0, start_ms]);

  const boxes = useMemo(() => (detail ? fromVerdicts(detail.verdicts, detail.occurrences) : []), [detail]);
  const zones = useMemo(() => (alarm.zone ? [{ name: alarm.zone_name, points: alarm.zone, alarmed: true }] : []), [alarm.id, alarm.zone_name]);
  const camera = store.cameras.value?.find((one) => one.id === alarm.camera);

  if (!detail || start_ms === null)
    return (
      <div class="player">
        <div class="player-picture">
          {alarm.has_picture && <img src={pictureUrl(alarm.id)} alt="" />}
          <div class="picture-words" data-dim={alarm.has_picture || undefined} role="status">
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
        poster={alarm.has_picture ? pictureUrl(alarm.id) : null}
        start_ms={start_ms}
        from_ms={alarm.condition_ms - LEAD_MS}
        step_ms={1000 / (camera?.fps || USUAL_FPS)}
        boxes={boxes}
        zones={zones}
        marks={marks}
        download={`alarm-${alarm.number}.mp4`}
      />
      <div class="clip-notes">
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
