/** One stretch of motion that a search found: its pictures, when, how long, how much of the region, the way to the timeline. */
import type { MotionFind } from "../../api/types";
import { dateTime, duration, percent } from "../../lib/format";
import { words } from "../../lib/preferences";
import { formatRoute } from "../../lib/route";
import { Moving } from "../Moving";

const LEAD_MS = 2_000;
const SPAN_MS = 300_000;
const LONGEST_PREVIEW_MS = 60_000;

export function MotionCard({ find }: { find: MotionFind }) {
  const w = words.value.motion;
  const from_ms = find.end_ms - find.start_ms > LONGEST_PREVIEW_MS ? find.peak_ms - LONGEST_PREVIEW_MS / 2 : find.start_ms;
  return (
    <article class="found-event">
      <Moving span={{ camera: find.camera, from_ms, to_ms: Math.min(find.end_ms, from_ms + LONGEST_PREVIEW_MS) }} still={null} icon="camera" />
      <p class="card-line">
        <time dateTime={new Date(find.start_ms).toISOString()}>{dateTime(find.start_ms)}</time>
        <span class="push muted">{duration(find.end_ms - find.start_ms)}</span>
      </p>
      <p class="card-line">
        <a class="link" href={formatRoute("timeline", { at: String(find.start_ms - LEAD_MS), span: String(SPAN_MS), cameras: find.camera })}>
          {w.film}
        </a>
        <span class="push muted">{w.at(percent(find.share))}</span>
      </p>
    </article>
  );
}
