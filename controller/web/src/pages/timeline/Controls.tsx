/** Play, step, speed, jumps, and how much time is shown. */
import { dateTime, fieldTime, preciseTime } from "../../lib/format";
import { words } from "../../lib/preferences";
import { DAY, HOUR, MINUTE } from "../../lib/timeline/view";
import { momentOf } from "../../lib/zone";
import { Icon } from "../../ui/Icon";
import { Segments } from "../../ui/parts";
import type { Playhead } from "./playhead";

export const SPANS = { minute: MINUTE, hour: HOUR, day: DAY, week: 7 * DAY, month: 31 * DAY } as const;
export type SpanName = keyof typeof SPANS;
export type What = "alarm" | "event";

interface ControlsProps {
  playhead: Playhead;
  picture_ms: number;
  span_ms: number;
  what: What;
  setWhat: (what: What) => void;
  jump: (way: 1 | -1) => void;
  setSpan: (span_ms: number) => void;
  zoom: (factor: number) => void;
  goTo: (at_ms: number) => void;
  toNow: () => void;
  note: string;
  /** Where the page began. */
  from_ms: number;
}

export function Controls(props: ControlsProps) {
  const { playhead, what } = props;
  const w = words.value.timeline;
  const p = words.value.player;
  const playing = playhead.playing.value;
  const rate = playhead.rate.value;
  return (
    <div class="timeline-controls">
      <div class="control-play">
      <div class="control-group">
        <button type="button" class="icon-button" onClick={() => props.jump(-1)} aria-label={w.before[what]} title={`${w.before[what]} (P)`}>
          <Icon name="before" />
        </button>
        <button type="button" class="icon-button" onClick={() => playhead.step(-1, props.picture_ms)} aria-label={p.back} title={`${p.back} (,)`}>
          <Icon name="frameBack" />
        </button>
        <button type="button" class="icon-button" onClick={() => playhead.toggle()} aria-label={playing ? p.pause : p.play} title={`${playing ? p.pause : p.play} (Space)`}>
          <Icon name={playing ? "pause" : "play"} />
        </button>
        <button type="button" class="icon-button" onClick={() => playhead.step(1, props.picture_ms)} aria-label={p.forward} title={`${p.forward} (.)`}>
          <Icon name="frameForward" />
        </button>
        <button type="button" class="icon-button" onClick={() => props.jump(1)} aria-label={w.next[what]} title={`${w.next[what]} (N)`}>
          <Icon name="next" />
        </button>
      </div>
      <Moment playhead={playhead} />
      <div class="control-group">
        <button type="button" class="icon-button" onClick={() => playhead.faster(-1)} aria-label={w.slower} title={w.slower}>
          <Icon name="minus" size={16} />
        </button>
        <span class="rate" role="status" aria-label={w.speed(rate)}>
          {rate}×
        </span>
        <button type="button" class="icon-button" onClick={() => playhead.faster(1)} aria-label={w.faster} title={w.faster}>
          <Icon name="plus" size={16} />
        </button>
      </div>
      <Segments label={w.what} value={what} options={[["alarm", w.alarm], ["event", w.event]]} choose={props.setWhat} />
      <p class="control-note" role="status">
        {props.note}
      </p>
      </div>
      <div class="control-range">
      <Segments
        label={w.spanLabel}
        value={Object.values(SPANS).find((one) => Math.abs(one - props.span_ms) < one * 0.01) ?? 0}
        options={(Object.keys(SPANS) as SpanName[]).map((name) => [SPANS[name] as number, w.spans[name]] as const)}
        choose={props.setSpan}
      />
      <div class="control-group">
        <button type="button" class="icon-button" onClick={() => props.zoom(2)} aria-label={w.zoomOut} title={`${w.zoomOut} (−)`}>
          <Icon name="minus" />
        </button>
        <button type="button" class="icon-button" onClick={() => props.zoom(0.5)} aria-label={w.zoomIn} title={`${w.zoomIn} (+)`}>
          <Icon name="plus" />
        </button>
      </div>
      <input
        type="datetime-local"
        class="moment-input"
        aria-label={w.moment}
        title={w.moment}
        defaultValue={localMinute(props.from_ms)}
        onChange={(event) => {
          const at = momentOf(event.currentTarget.value);
          if (Number.isFinite(at)) props.goTo(at);
        }}
      />
      <button type="button" onClick={props.toNow}>
        {w.now}
      </button>
      </div>
    </div>
  );
}

/** As the field for a time wants it. */
const localMinute = (at_ms: number): string => fieldTime(at_ms).slice(0, 16);

function Moment({ playhead }: { playhead: Playhead }) {
  const at_ms = Math.round(playhead.at_ms.value);
  return (
    <time class="timeline-moment">
      {dateTime(at_ms).slice(0, 10)} <b>{preciseTime(at_ms)}</b>
    </time>
  );
}
