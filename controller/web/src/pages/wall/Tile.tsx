/** One camera on the wall: its live picture with boxes and zones, and one caption line that tells the truth. */
import { useEffect, useMemo, useRef } from "preact/hooks";
import { masks, type Masks } from "../../api/masks";
import * as store from "../../api/store";
import type { Camera } from "../../api/types";
import { gravest, isOf, isQuiet, seenBy } from "../../lib/alarms";
import { nearest } from "../../lib/boxes";
import type { Quality } from "../../lib/framing";
import { Painter, type PaintedZone } from "../../lib/painter";
import { agesWanted, boxesWanted, masksWanted, namesWanted, words, zonesWanted } from "../../lib/preferences";
import type { Words } from "../../lib/words/ko";
import { Icon } from "../../ui/Icon";
import { SeverityMark } from "../../ui/parts";
import { Unmask } from "../Unmask";
import { Counts } from "./Counts";
import { Screen } from "./Screen";
import { Speaker } from "./Speaker";
import { saveBlob, saveFrame } from "./snapshot";
import { Condition, Figures, State } from "./Telling";
import { useLive, type LivePicture, type Surface } from "./useLive";

export interface TileProps {
  camera: Camera;
  position: number;
  quality: Quality;
  selected: boolean;
  select: () => void;
}

/** Lists that stay the same while nothing of them changes: drawing them again is spared by that. */
type Areas = Readonly<Record<"none" | "zones" | "masks" | "both", readonly PaintedZone[]>>;

function areasOf(zones: readonly PaintedZone[], masked: Masks | undefined, w: Words): Areas {
  const mask = (name: string) => (points: PaintedZone["points"]): PaintedZone => ({ name, points, alarmed: false, mask: true });
  const hidden = [...(masked?.motion ?? []).map(mask(w.overlay.motionMask)), ...(masked?.privacy ?? []).map(mask(w.overlay.privacyMask))];
  return { none: [], zones, masks: hidden, both: [...zones, ...hidden] };
}

/** Draw what belongs over the picture that is on screen now. */
function paint(painter: Painter | null, shown: LivePicture, areas: Areas): void {
  const w = words.peek();
  const boxes = boxesWanted.peek() ? nearest(shown.boxes, shown.pts_ms) : null;
  const seconds = boxes && agesWanted.peek() && boxes.set.tracks.length > 0 ? Math.round(Math.abs(shown.pts_ms - boxes.set.pts_ms) / 200) / 5 : null;
  painter?.paint({
    zones: areas[masksWanted.peek() ? (zonesWanted.peek() ? "both" : "masks") : zonesWanted.peek() ? "zones" : "none"],
    boxes,
    picture: shown,
    className: w.className,
    names: namesWanted.peek(),
    note: seconds === null ? "" : w.overlay.boxAge(seconds.toFixed(1)),
  });
}

export function Tile({ camera, position, quality, selected, select }: TileProps) {
  const w = words.value;
  const frame = useRef<HTMLDivElement>(null);
  const surface = useRef<Surface | null>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const painter = useRef<Painter | null>(null);
  const name = camera.name || camera.id;
  const open = store.openAlarms.value.filter((one) => seenBy(one, camera.id) && !isQuiet(one));
  const alarm = gravest(open);
  const alarmed = store.shownRules.value.filter((rule) => open.some((one) => isOf(one, rule))).map((rule) => rule.id);
  const rules = store.shownRules.value;
  const zones = useMemo(
    () =>
      rules
        .filter((rule) => rule.enabled && rule.zone && (!rule.camera || rule.camera === camera.id))
        .map((rule): PaintedZone => ({ name: rule.zone_name, points: rule.zone ?? [], alarmed: alarmed.includes(rule.id) })),
    [rules, alarmed.join(), camera.id],
  );
  const masked = masks.value.get(camera.id);
  const areas = useMemo(() => areasOf(zones, masked, w), [zones, masked, w]);
  const painted = useRef(areas);
  painted.current = areas;

  const live = useLive(
    camera.id,
    quality,
    surface,
    () => paint(painter.current, live.picture.current, painted.current),
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
          <Screen key={live.mode} mode={live.mode} look="surface" take={(element) => void (element && (surface.current = element))} />
          <canvas class="overlay" ref={overlay} aria-hidden="true" />
          <Figures live={live} quality={quality} />
        </button>
        <Condition camera={camera} live={live} />
        <footer class="caption">
          {position <= 9 && <kbd class="muted">{position}</kbd>}
          <strong class="clip-text">{name}</strong>
          {alarm && <SeverityMark severity={alarm.severity} bare />}
          <State camera={camera} live={live} />
          <Counts camera={camera} />
          <span class="tile-tools">
            {selected && <Unmask camera={camera.id} name={name} bare />}
            {selected && camera.has_audio && store.mayListen(camera.id) && <Speaker camera={camera.id} live={live} />}
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
