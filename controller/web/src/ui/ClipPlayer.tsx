/** Plays a stored clip with its boxes and zone drawn at the frame they were judged on. */
import { useEffect, useRef, useState } from "preact/hooks";
import { nearest, type BoxSet } from "../lib/boxes";
import { clipDeed } from "../lib/clipKeys";
import { duration, preciseTime } from "../lib/format";
import { trailsOf } from "../lib/trails";
import { Painter, type PaintedZone } from "../lib/painter";
import { boxesWanted, words } from "../lib/preferences";
import { Icon } from "./Icon";
import { typing, useKeyPress } from "./keyPress";
import { Fault } from "./parts";

export interface ClipMark {
  start_ms: number;
  end_ms: number;
  kind: "alarm" | "judged";
}
export interface ClipPlayerProps {
  url: string;
  poster: string | null;
  start_ms: number;
  /** Where to begin, Unix ms. */
  from_ms: number;
  step_ms: number;
  boxes: readonly BoxSet[];
  zones: readonly PaintedZone[];
  marks: readonly ClipMark[];
  download: string;
  /** Ask for the clip anew. */
  again: () => void;
}

const SPEEDS = [0.25, 0.5, 1, 2, 4] as const;

export function ClipPlayer(props: ClipPlayerProps) {
  const w = words.value;
  const video = useRef<HTMLVideoElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [at_s, setAt] = useState(0);
  const [length_s, setLength] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<(typeof SPEEDS)[number]>(1);
  const [failed, setFailed] = useState(false);
  const drawing = useRef({ ...props, shown: boxesWanted.value });
  drawing.current = { ...props, shown: boxesWanted.value };
  const repaint = useRef<(at: number) => void>(() => undefined);

  useEffect(() => {
    const element = video.current;
    if (!element || !canvas.current) return;
    const painter = new Painter(canvas.current);
    let open = true;
    repaint.current = (at) => {
      const { boxes, zones, start_ms, shown } = drawing.current;
      const found = shown ? nearest(boxes, start_ms + Math.round(at * 1000)) : null;
      painter.paint({
        zones,
        boxes: found,
        trails: found ? trailsOf(boxes, found.set) : [],
        picture: { width_px: element.videoWidth, height_px: element.videoHeight },
        className: words.value.className,
      });
    };
    // The callback tells which picture is on screen; where it is missing the clock of the element must do.
    const watch = (): void => {
      if ("requestVideoFrameCallback" in element)
        element.requestVideoFrameCallback((_now, picture) => {
          if (!open) return;
          repaint.current(picture.mediaTime);
          watch();
        });
    };
    watch();
    return () => {
      open = false;
      painter.close();
    };
  }, [props.url]);

  useEffect(() => repaint.current(video.current?.currentTime ?? 0), [props.boxes, props.zones, boxesWanted.value]);

  const play = (): void => {
    const element = video.current;
    if (!element) return;
    if (element.paused) void element.play().catch(() => undefined);
    else element.pause();
  };
  const step = (direction: number): void => {
    const element = video.current;
    if (!element) return;
    element.pause();
    element.currentTime = Math.max(0, element.currentTime + (direction * props.step_ms) / 1000);
  };
  // Heard wherever the focus is: whoever comes by the list's keys has it on a card.
  useKeyPress((event) => {
    if (event.defaultPrevented || typing(event)) return;
    const on = event.target instanceof Element ? event.target : null;
    const deed = clipDeed(event.key, { pressable: Boolean(on?.closest("button, summary")), slides: on instanceof HTMLInputElement });
    if (!deed) return;
    event.preventDefault();
    if (deed === "play") play();
    else step(deed.pictures);
  });
  const share = (ms: number): number => (length_s > 0 ? Math.min(100, Math.max(0, ((ms - props.start_ms) / (length_s * 1000)) * 100)) : 0);

  return (
    <section class="player" aria-label={w.player.label}>
      <div class="player-picture">
        <video
          ref={video}
          src={props.url}
          poster={props.poster ?? undefined}
          preload="auto"
          playsInline
          muted
          onLoadedMetadata={(event) => {
            const element = event.currentTarget;
            setLength(element.duration);
            element.playbackRate = speed;
            element.currentTime = Math.min(element.duration, Math.max(0, (props.from_ms - props.start_ms) / 1000));
          }}
          onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
          onSeeked={(event) => repaint.current(event.currentTarget.currentTime)}
          onPlay={() => setPlaying(true)}
          onPause={() => setPlaying(false)}
          onError={() => setFailed(true)}
          onClick={play}
        />
        <canvas ref={canvas} class="overlay" aria-hidden="true" />
        {failed && (
          <div class="picture-words" data-dim>
            <Fault>{w.player.failed}</Fault>
            <button type="button" onClick={props.again}>
              {w.player.retry}
            </button>
          </div>
        )}
      </div>
      <div class="scrubber">
        <div class="scrubber-marks" aria-hidden="true">
          {props.marks.map((mark) => (
            <i key={`${mark.kind}${mark.start_ms}`} data-kind={mark.kind} style={{ left: `${share(mark.start_ms)}%`, right: `${100 - share(mark.end_ms)}%` }} />
          ))}
        </div>
        <input
          type="range"
          min={0}
          max={length_s || 1}
          step={0.01}
          value={at_s}
          aria-label={w.player.seek}
          aria-valuetext={preciseTime(props.start_ms + at_s * 1000)}
          onInput={(event) => {
            if (video.current) video.current.currentTime = Number(event.currentTarget.value);
          }}
        />
      </div>
      <div class="player-controls">
        <button type="button" class="icon-button" onClick={() => step(-1)} aria-label={w.player.back} title={`${w.player.back} (,)`}>
          <Icon name="frameBack" />
        </button>
        <button type="button" class="icon-button" onClick={play} aria-label={playing ? w.player.pause : w.player.play}>
          <Icon name={playing ? "pause" : "play"} />
        </button>
        <button type="button" class="icon-button" onClick={() => step(1)} aria-label={w.player.forward} title={`${w.player.forward} (.)`}>
          <Icon name="frameForward" />
        </button>
        <span class="player-time">
          {preciseTime(props.start_ms + Math.round(at_s * 1000))}
          <span class="muted wide-only">
            {" "}
            {duration(at_s * 1000)} / {duration(length_s * 1000)}
          </span>
        </span>
        <span class="push" />
        <button
          type="button"
          class="quiet"
          onClick={() => {
            const next = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length] ?? 1;
            setSpeed(next);
            if (video.current) video.current.playbackRate = next;
          }}
          aria-label={`${w.player.speed} ${speed}×`}
          title={w.player.speed}
        >
          {speed}×
        </button>
        <button
          type="button"
          class="icon-button"
          aria-pressed={boxesWanted.value}
          onClick={() => (boxesWanted.value = !boxesWanted.value)}
          aria-label={w.player.boxes}
          title={w.player.boxes}
        >
          <Icon name="boxes" />
        </button>
        <a class="icon-button" href={props.url} download={props.download} aria-label={w.player.download} title={`${w.player.download}. ${w.player.derived}`}>
          <Icon name="download" />
        </a>
      </div>
    </section>
  );
}
