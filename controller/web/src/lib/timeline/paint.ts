/** Draws the rows of the timeline on a canvas: footage, heat, events, alarms and gaps, each by shape and not by colour alone. */
import type { Severity, TimelineCamera } from "../../api/types";
import { endOf, xOf, type Tick, type View } from "./view";

export const AXIS_PX = 24;
export const ROW_PX = 44;
const BAND_PX = 10;
const HEAT_PX = 18;
/** Gaps that are as the site wants it; any other is worth a look. */
export const EXPECTED_GAPS: readonly string[] = ["recording off", "not retained by policy", "expired"];
/** Shorter than this nothing is missed. */
export const isShown = (gap: { start_ms: number; end_ms: number }): boolean => gap.end_ms - gap.start_ms >= 1000;

export interface Colours {
  ground: string;
  line: string;
  strong: string;
  muted: string;
  text: string;
  band: string;
  gap: string;
  severity: Readonly<Record<Severity, string>>;
  font: string;
}

/** The page's own colours, as its theme has them now. */
export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const get = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ground: get("--surface"), line: get("--line"), strong: get("--line-strong"), muted: get("--muted"), text: get("--text"), band: get("--muted"), gap: get("--medium"),
    severity: { critical: get("--critical"), high: get("--high"), medium: get("--medium"), low: get("--low") },
    font: `12px ${style.fontFamily}`,
  };
}

export interface Scene {
  view: View;
  ticks: readonly Tick[];
  rows: readonly { id: string; known: TimelineCamera | null }[];
  /** Of the answer that is drawn: its first ms and the length of its buckets. */
  from_ms: number;
  bucket_ms: number;
  now_ms: number;
}

export function paint(context: CanvasRenderingContext2D, width: number, height: number, scene: Scene, colours: Colours): void {
  context.fillStyle = colours.ground;
  context.fillRect(0, 0, width, height);
  context.font = colours.font;
  context.textBaseline = "middle";
  for (const tick of scene.ticks) {
    const x = Math.round(xOf(scene.view, tick.at_ms, width)) + 0.5;
    context.fillStyle = tick.day ? colours.strong : colours.line;
    context.fillRect(x - 0.5, tick.day ? 0 : AXIS_PX - 6, 1, height);
    context.fillStyle = tick.day ? colours.text : colours.muted;
    context.fillText(tick.text, x + 4, AXIS_PX / 2);
  }
  scene.rows.forEach((row, place) => {
    const top = AXIS_PX + place * ROW_PX;
    context.fillStyle = colours.line;
    context.fillRect(0, top + ROW_PX - 1, width, 1);
    if (row.known) paintRow(context, width, top, row.known, scene, colours);
  });
  const now_x = xOf(scene.view, scene.now_ms, width);
  if (now_x < width) {
    context.fillStyle = colours.line;
    context.globalAlpha = 0.5;
    context.fillRect(Math.max(0, now_x), AXIS_PX, width, height);
    context.globalAlpha = 1;
  }
}

function paintRow(context: CanvasRenderingContext2D, width: number, top: number, known: TimelineCamera, scene: Scene, colours: Colours): void {
  const { view } = scene;
  const band_y = top + ROW_PX - BAND_PX - 5;
  const place = (start_ms: number, end_ms: number): [number, number] => {
    const x = Math.max(0, xOf(view, start_ms, width));
    return [x, Math.max(2, Math.min(width, xOf(view, end_ms, width)) - x)];
  };
  const seen = (one: { start_ms: number; end_ms: number }): boolean => one.start_ms < endOf(view) && one.end_ms > view.from_ms;
  for (const gap of known.gaps.filter(isShown).filter(seen)) {
    const [x, long] = place(gap.start_ms, gap.end_ms);
    const expected = EXPECTED_GAPS.includes(gap.cause);
    hatch(context, x, band_y, long, BAND_PX, expected ? colours.strong : colours.gap, expected ? 0.35 : 0.9);
  }
  for (const band of known.bands.filter(seen)) {
    const [x, long] = place(band.start_ms, band.end_ms);
    const share = band.covered_ms / (band.end_ms - band.start_ms);
    const high = Math.max(2, Math.round(BAND_PX * share));
    const y = band_y + BAND_PX - high;
    if (band.state === "retrieved") {
      context.fillStyle = colours.text;
      context.globalAlpha = 0.72;
      context.fillRect(x, y, long, high);
    } else if (band.state === "retrieving") {
      context.fillStyle = colours.text;
      context.globalAlpha = 0.55;
      for (let at = x; at < x + long; at += 6) context.fillRect(at, y, Math.min(3, x + long - at), high);
    } else {
      context.fillStyle = colours.band;
      context.globalAlpha = 0.3;
      context.fillRect(x, y, long, high);
      context.globalAlpha = 0.9;
      context.fillRect(x, y, long, 1);
    }
    context.globalAlpha = 1;
  }
  context.fillStyle = colours.muted;
  const bucket_px = (scene.bucket_ms / view.span_ms) * width;
  known.heat.forEach((ms, bucket) => {
    if (ms === 0) return;
    const exact = xOf(view, scene.from_ms + bucket * scene.bucket_ms, width);
    if (exact > width || exact + bucket_px < 0) return;
    const x = Math.round(exact);
    const high = Math.max(3, Math.round(HEAT_PX * Math.min(1, ms / scene.bucket_ms)));
    context.fillRect(x, band_y - 2 - high, Math.max(1, Math.round(exact + bucket_px) - x), high);
  });
  if (known.alarms) {
    for (const alarm of known.alarms) mark(context, xOf(view, alarm.condition_ms, width), band_y - 10, 7, alarm.severity, colours);
  } else {
    for (const one of known.alarm_counts)
      mark(context, xOf(view, scene.from_ms + (one.bucket + 0.5) * scene.bucket_ms, width), band_y - 10, one.count > 9 ? 8 : 6, one.severity, colours);
  }
}

/** Corners of each severity's shape, as its icon has them; low is round. */
const SHAPES: Readonly<Record<Exclude<Severity, "low">, readonly (readonly [number, number])[]>> = {
  critical: [[-0.45, -1], [0.45, -1], [1, -0.45], [1, 0.45], [0.45, 1], [-0.45, 1], [-1, 0.45], [-1, -0.45]],
  high: [[0, -1], [1.05, 0.9], [-1.05, 0.9]],
  medium: [[0, -1], [1, 0], [0, 1], [-1, 0]],
};

/** An alarm, with a rim so that neighbours stay apart. */
function mark(context: CanvasRenderingContext2D, x: number, y: number, size: number, severity: Severity, colours: Colours): void {
  context.beginPath();
  if (severity === "low") context.arc(x, y, size * 0.8, 0, 2 * Math.PI);
  else for (const [across, down] of SHAPES[severity]) context.lineTo(x + across * size, y + down * size);
  context.closePath();
  context.fillStyle = colours.severity[severity];
  context.fill();
  context.strokeStyle = colours.ground;
  context.lineWidth = 1.5;
  context.stroke();
}

function hatch(context: CanvasRenderingContext2D, x: number, y: number, long: number, high: number, colour: string, alpha: number): void {
  context.save();
  context.beginPath();
  context.rect(x, y, long, high);
  context.clip();
  context.globalAlpha = alpha;
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let at = x - high; at < x + long; at += 5) {
    context.moveTo(at, y + high);
    context.lineTo(at + high, y);
  }
  context.stroke();
  context.restore();
}
