/** One camera on the wall: its live picture with boxes and zones, and one caption line that tells the truth. */
import { useEffect, useRef } from "preact/hooks";
import { liveMode } from "../../api/live";
import * as store from "../../api/store";
import type { Camera } from "../../api/types";
import { isQuiet, seenBy } from "../../lib/alarms";
import { nearest } from "../../lib/boxes";
import { age, delay } from "../../lib/format";
import type { Quality } from "../../lib/framing";
import { Painter, type PaintedZone } from "../../lib/painter";
import { boxesWanted, language, words } from "../../lib/preferences";
import { Icon } from "../../ui/Icon";
import { SeverityMark } from "../../ui/parts";
import { now_ms } from "../place";
import { Counts } from "./Counts";
import { saveBlob, saveFrame } from "./snapshot";
import { useLive, type Live } from "./useLive";

const STALE_MS = 2000;
const mode = liveMode();

export interface TileProps {
  camera: Camera;
  position: number;
  quality: Quality;
  selected: boolean;
  select: () => void;
}

export function Tile({ camera, position, quality, selected, select }: TileProps) {
  const w = words.value;
  const frame = useRef<HTMLDivElement>(null);
  const surface = useRef<HTMLCanvasElement | HTMLVideoElement | null>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const painter = useRef<Painter | null>(null);
  const zones = useRef<readonly PaintedZone[]>([]);
  const name = camera.name || camera.id;
  const alarm = store.openAlarms.value.find((one) => seenBy(one, camera.id) && !isQuiet(one)) ?? null;

  zones.current = store.shownRules.value
    .filter((rule) => rule.enabled && rule.zone && (!rule.camera || rule.camera === camera.id))
    .map((rule) => ({ name: rule.zone_name, points: rule.zone ?? [], alarmed: alarm !== null && (alarm.rule === rule.id || alarm.rule_name === rule.name) }));

  const live = useLive(
    camera.id,
    quality,
    mode,
    surface,
    () => {
      const shown = live.picture.current;
      painter.current?.paint({
        zones: boxesWanted.value ? zones.current : [],
        boxes: boxesWanted.value ? nearest(shown.boxes, shown.pts_ms) : null,
        picture: shown,
        className: words.value.className,
      });
    },
    (blob) => saveBlob(blob, camera.id),
  );

  useEffect(() => {
    if (!overlay.current) return;
    const made = new Painter(overlay.current);
    painter.current = made;
    return () => made.close();
  }, []);

  const full = (): void => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void frame.current?.requestFullscreen?.().catch(() => undefined);
  };
  const snapshot = (): void => {
    if (surface.current instanceof HTMLVideoElement) saveFrame(surface.current, camera.id);
    else live.stream.current?.snapshot();
  };

  useEffect(() => {
    if (!selected) return;
    const act = (event: Event): void => {
      if (!(event instanceof CustomEvent)) return;
      if (event.detail === "full") full();
      if (event.detail === "snapshot") snapshot();
    };
    addEventListener("wall-action", act);
    return () => removeEventListener("wall-action", act);
  }, [selected]);

  return (
    <article class="tile" data-selected={selected || undefined} data-severity={alarm?.severity} data-raised={alarm?.state === "raised" || undefined} aria-label={name}>
      <div class="tile-frame" ref={frame}>
        <button type="button" class="tile-picture" onClick={select} onDblClick={full} aria-pressed={selected} aria-label={name}>
          {mode === "mse" ? (
            <video class="surface" ref={(element) => void (surface.current = element)} muted playsInline />
          ) : (
            <canvas class="surface" ref={(element) => void (surface.current = element)} width={16} height={9} />
          )}
          <canvas class="overlay" ref={overlay} aria-hidden="true" />
        </button>
        <Condition camera={camera} live={live} />
        <footer class="caption">
          {position <= 9 && <kbd class="muted">{position}</kbd>}
          <strong class="clip-text">{name}</strong>
          {alarm && <SeverityMark severity={alarm.severity} bare />}
          <State camera={camera} live={live} />
          <Counts camera={camera} />
          <span class="tile-tools">
            <button type="button" class="icon-button" onClick={snapshot} aria-label={w.wall.snapshot} title={`${w.wall.snapshot} (S)`}>
              <Icon name="photo" size={16} />
            </button>
            <button type="button" class="icon-button" onClick={full} aria-label={w.wall.full} title={`${w.wall.full} (F)`}>
              <Icon name="full" size={16} />
            </button>
          </span>
        </footer>
      </div>
    </article>
  );
}

/** Words over the picture whenever it does not move, and its age. */
function Condition({ camera, live }: { camera: Camera; live: Live }) {
  const w = words.value;
  const status = live.status.value;
  const seen = live.picture.current.pts_ms > 0;
  const now = now_ms.value;
  const stale = seen && performance.now() - live.picture.current.drawn_at_ms > STALE_MS;
  if (mode === "none") return <Words text={w.live.unsupported} />;
  if (status === "unplayable") return <Words text={w.live.unplayable(live.detail.value)} />;
  if (status === "playing" && !stale) return null;
  const reason =
    camera.state === "away" || status === "away"
      ? w.live.away
      : camera.state !== "live" && camera.state !== "starting"
        ? w.camera[camera.state]
        : { connecting: w.live.connecting, keyframe: w.live.keyframe, waiting: w.live.waiting, retrying: w.live.retrying, paused: w.live.paused, playing: w.camera.stalled }[status];
  return <Words text={reason} note={seen ? w.live.stale(age(now - live.picture.current.pts_ms, language.value)) : ""} dim={seen} />;
}

function Words({ text, note = "", dim = false }: { text: string; note?: string; dim?: boolean }) {
  return (
    <div class="picture-words" data-dim={dim || undefined} role="status">
      <span>{text}</span>
      {note && <span class="muted">{note}</span>}
    </div>
  );
}

function State({ camera, live }: { camera: Camera; live: Live }) {
  const w = words.value;
  void now_ms.value;
  const shown = live.picture.current;
  const moving = live.status.value === "playing" && performance.now() - shown.drawn_at_ms < STALE_MS;
  if (!moving) return <span class="tile-state muted">{camera.state === "live" ? "—" : w.camera[camera.state]}</span>;
  return (
    <span class="tile-state muted" title={w.live.latency}>
      {w.camera.live} · {delay(shown.latency_ms)}
    </span>
  );
}
