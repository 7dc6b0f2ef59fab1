/** Draws zones and boxes over a picture on a canvas that covers the picture's element. */
import type { BoxSet } from "./boxes";
import type { TrackState } from "./framing";
import { labelsOf, placed } from "./labels";
import type { Trail } from "./trails";
import { contain, type Rect } from "./zones";

export interface PaintedZone {
  name: string | null;
  points: readonly (readonly [number, number])[];
  alarmed: boolean;
  /** Nothing is looked for inside it. */
  mask?: boolean;
}
export interface Painting {
  zones: readonly PaintedZone[];
  boxes: { set: BoxSet; alpha: number } | null;
  trails?: readonly Trail[];
  picture: { width_px: number; height_px: number };
  className: (name: string) => string;
  /** Names of what is in boxes and of zones; on unless it says otherwise. */
  names?: boolean;
  /** Said at the picture's foot: how old the boxes are. */
  note?: string;
}

const BOX_PX = 2;
const LABEL_PX = 11;
const FONT = `600 ${LABEL_PX}px "Pretendard Variable", system-ui, sans-serif`;
const MARKS: Readonly<Record<TrackState, string>> = { violation: "! ", unknown: "? ", normal: "" };

export class Painter {
  private readonly context: CanvasRenderingContext2D | null;
  private readonly colours: Readonly<Record<TrackState | "zone" | "shade", string>>;
  private readonly observer: ResizeObserver;
  private last: Painting | null = null;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.context = canvas.getContext("2d");
    const style = getComputedStyle(canvas);
    const colour = (name: string): string => style.getPropertyValue(name).trim() || "white";
    this.colours = {
      normal: colour("--box-normal"),
      violation: colour("--box-violation"),
      unknown: colour("--box-unknown"),
      zone: colour("--box-zone"),
      shade: colour("--box-shade"),
    };
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(canvas);
    canvas.style.visibility = "hidden";
    this.resize();
  }

  close(): void {
    this.observer.disconnect();
  }

  /** Replace what is drawn. Most pictures of a stream change nothing of it. */
  paint(painting: Painting): void {
    if (this.last && same(this.last, painting)) return;
    this.draw(painting);
  }

  private draw(painting: Painting): void {
    // Sizes are kept as they are now: whoever paints goes on using the same object for the picture.
    this.last = { ...painting, picture: { width_px: painting.picture.width_px, height_px: painting.picture.height_px } };
    const context = this.context;
    if (!context) return;
    // A layer with nothing on it costs as much to compose as one that is full, at every picture below it.
    this.canvas.style.visibility = isEmpty(painting) ? "hidden" : "visible";
    const scale = devicePixelRatio;
    const width = this.canvas.width / scale;
    const height = this.canvas.height / scale;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    const area = contain(painting.picture.width_px, painting.picture.height_px, width, height);
    if (!area) return;
    context.lineJoin = "round";
    const names = painting.names ?? true;
    for (const zone of painting.zones) this.zone(context, zone, area, names);
    for (const trail of painting.trails ?? []) this.trail(context, trail, area);
    if (painting.boxes) this.boxes(context, painting.boxes, area, names ? painting.className : null);
    if (painting.note) this.note(context, painting.note, area);
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.canvas;
    this.canvas.width = Math.max(1, Math.round(clientWidth * devicePixelRatio));
    this.canvas.height = Math.max(1, Math.round(clientHeight * devicePixelRatio));
    if (this.last) this.draw(this.last);
  }

  private zone(context: CanvasRenderingContext2D, zone: PaintedZone, area: Rect, names: boolean): void {
    if (zone.points.length < 3) return;
    context.globalAlpha = zone.alarmed ? 1 : 0.7;
    context.strokeStyle = zone.alarmed ? this.colours.violation : this.colours.zone;
    context.lineWidth = 1.5;
    context.setLineDash(zone.mask ? [2, 3] : [6, 4]);
    context.beginPath();
    for (const [x, y] of zone.points) context.lineTo(area.x + x * area.width, area.y + y * area.height);
    context.closePath();
    if (zone.mask) {
      context.fillStyle = this.colours.shade;
      context.fill();
    }
    context.stroke();
    context.setLineDash([]);
    const [corner] = [...zone.points].sort((a, b) => a[1] - b[1]);
    if (names && zone.name && corner) this.tag(context, zone.name, area.x + corner[0] * area.width, area.y + corner[1] * area.height + 2, area, this.colours.shade);
    context.globalAlpha = 1;
  }

  /** The older, the fainter. */
  private trail(context: CanvasRenderingContext2D, { state, points }: Trail, area: Rect): void {
    context.lineCap = "round";
    for (const [colour, width] of [[this.colours.shade, BOX_PX + 2], [this.colours[state], BOX_PX]] as const) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      for (let index = 1; index < points.length; index++) {
        const [from, to] = [points[index - 1], points[index]];
        if (!from || !to) continue;
        context.globalAlpha = 0.2 + (0.6 * index) / points.length;
        context.beginPath();
        context.moveTo(area.x + from[0] * area.width, area.y + from[1] * area.height);
        context.lineTo(area.x + to[0] * area.width, area.y + to[1] * area.height);
        context.stroke();
      }
    }
    context.globalAlpha = 1;
  }

  private note(context: CanvasRenderingContext2D, text: string, area: Rect): void {
    this.tag(context, text, area.x, area.y + area.height - LABEL_PX - 5, area, this.colours.shade);
  }

  private boxes(
    context: CanvasRenderingContext2D,
    { set, alpha }: { set: BoxSet; alpha: number },
    area: Rect,
    className: ((name: string) => string) | null,
  ): void {
    context.globalAlpha = alpha;
    for (const track of set.tracks) {
      const x = area.x + track.x1 * area.width;
      const y = area.y + track.y1 * area.height;
      const width = (track.x2 - track.x1) * area.width;
      const height = (track.y2 - track.y1) * area.height;
      context.strokeStyle = this.colours.shade;
      context.lineWidth = BOX_PX + 2;
      context.strokeRect(x, y, width, height);
      context.strokeStyle = this.colours[track.state];
      context.lineWidth = BOX_PX;
      context.setLineDash(track.state === "unknown" ? [4, 3] : []);
      context.strokeRect(x, y, width, height);
      context.setLineDash([]);
    }
    if (className) this.labels(context, set, area, className);
    context.globalAlpha = 1;
  }

  /** One label for each person and thing, where it covers no other; what finds no room stays without. */
  private labels(context: CanvasRenderingContext2D, set: BoxSet, area: Rect, className: (name: string) => string): void {
    const taken: Rect[] = [];
    context.font = FONT;
    for (const { track, names, state } of labelsOf(set.tracks)) {
      const text = `${MARKS[state]}${names.map(className).join(" · ")}`;
      const box = {
        x: area.x + track.x1 * area.width - BOX_PX / 2,
        y: area.y + track.y1 * area.height,
        width: (track.x2 - track.x1) * area.width + BOX_PX,
        height: (track.y2 - track.y1) * area.height,
      };
      const found = placed(box, { width: context.measureText(text).width + 8, height: LABEL_PX + 5 }, area, taken);
      if (!found) continue;
      taken.push(found);
      this.tag(context, text, found.x, found.y, area, state === "violation" ? this.colours.violation : this.colours.shade);
    }
  }

  private tag(context: CanvasRenderingContext2D, text: string, x: number, y: number, area: Rect, ground: string): void {
    context.font = FONT;
    context.textBaseline = "middle";
    const width = context.measureText(text).width + 8;
    const height = LABEL_PX + 5;
    const left = Math.max(area.x, Math.min(x, area.x + area.width - width));
    const top = Math.max(area.y, Math.min(y, area.y + area.height - height));
    context.fillStyle = ground;
    context.fillRect(left, top, width, height);
    context.fillStyle = "#fff";
    context.fillText(text, left + 4, top + height / 2 + 0.5);
  }
}

function isEmpty({ zones, boxes, trails, note }: Painting): boolean {
  return zones.length === 0 && (boxes?.set.tracks.length ?? 0) === 0 && (trails?.length ?? 0) === 0 && !note;
}

const ALPHA_STEPS = 20;

function same(a: Painting, b: Painting): boolean {
  const alpha = (one: Painting): number => Math.round((one.boxes?.alpha ?? 0) * ALPHA_STEPS);
  return (
    a.zones === b.zones &&
    a.boxes?.set === b.boxes?.set &&
    a.trails === b.trails &&
    alpha(a) === alpha(b) &&
    a.picture.width_px === b.picture.width_px &&
    a.picture.height_px === b.picture.height_px &&
    a.className === b.className &&
    a.names === b.names &&
    a.note === b.note
  );
}
