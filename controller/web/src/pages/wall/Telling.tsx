/** What a tile says of its picture: why it does not move and how old it is, how late it comes, its figures. */
import { serverNow_ms } from "../../api/client";
import type { Camera } from "../../api/types";
import { age, delay } from "../../lib/format";
import type { Quality } from "../../lib/framing";
import { figuresWanted, language, words } from "../../lib/preferences";
import { now_ms } from "../place";
import type { Live } from "./useLive";

const STALE_MS = 2000;
/** Single pictures come every few seconds. */
const STALE_STILL_MS = 15_000;

/** Whether what is on screen is of now. */
function isFresh(live: Live): boolean {
  const shown = live.picture.current;
  if (live.mode === "stills") return shown.pts_ms > 0 && serverNow_ms() - shown.pts_ms < STALE_STILL_MS;
  return live.status.value === "playing" && performance.now() - shown.drawn_at_ms <= STALE_MS;
}

/** Words over the picture whenever it does not move, and its age. */
export function Condition({ camera, live }: { camera: Camera; live: Live }) {
  const w = words.value;
  const status = live.status.value;
  const seen = live.picture.current.pts_ms > 0;
  const now = now_ms.value;
  if (isFresh(live)) return null;
  const still = live.mode === "stills" && (status === "away" || status === "playing");
  const derived = live.mode === "derived" && status === "away" && camera.state === "live";
  const reason = derived
    ? w.overlay.derivedAway
    : camera.state === "away" || (status === "away" && !still)
      ? w.live.away
      : camera.state !== "live" && camera.state !== "starting"
        ? w.camera[camera.state]
        : {
            connecting: w.live.connecting,
            keyframe: w.live.keyframe,
            waiting: w.live.waiting,
            retrying: w.live.retrying,
            paused: w.live.paused,
            unplayable: w.live.connecting,
            away: w.overlay.none,
            playing: still ? w.overlay.none : w.camera.stalled,
          }[status];
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

export function State({ camera, live }: { camera: Camera; live: Live }) {
  const w = words.value;
  void now_ms.value;
  if (!isFresh(live)) return <span class="tile-state muted">{camera.state === "live" ? "—" : w.camera[camera.state]}</span>;
  const [said, help] = { stills: [w.overlay.stills, w.overlay.stillsHelp], derived: [w.overlay.derived, w.overlay.derivedHelp], webcodecs: null, mse: null }[live.mode] ?? [w.camera.live, w.live.latency];
  return (
    <span class="tile-state muted" title={help}>
      {said} · {delay(live.picture.current.latency_ms)}
    </span>
  );
}

/** For who looks into why a picture is as it is. */
export function Figures({ live, quality }: { live: Live; quality: Quality }) {
  const w = words.value.overlay;
  const told = live.figures.value;
  void now_ms.value;
  if (!figuresWanted.value || !told || !isFresh(live)) return null;
  const { width_px, height_px, latency_ms } = live.picture.current;
  return (
    <span class="tile-figures" data-drawn={told.drawn_fps} data-came={told.came_fps} data-skipped={told.skipped} data-latency={Math.round(latency_ms)}>
      {[w[quality], `${width_px}×${height_px}`, w.fps(told.drawn_fps, told.came_fps), delay(latency_ms), w.skipped(told.skipped), w.mode[live.mode]].join(" · ")}
    </span>
  );
}
