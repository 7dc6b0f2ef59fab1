/** The cameras as rows on a canvas, with the moment as a line over all of them; wheel, drag, pinch and keys move it. */
import { useComputed, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import * as store from "../../api/store";
import type { Timeline, TimelineAlarm } from "../../api/types";
import { dateTime } from "../../lib/format";
import { language, theme, words } from "../../lib/preferences";
import { alarmNear, hereOf } from "../../lib/timeline/marks";
import { AXIS_PX, coloursOf, paint, ROW_PX } from "../../lib/timeline/paint";
import { atOf, panned, ticks, xOf, zoomed, type View } from "../../lib/timeline/view";
import { now_ms } from "../place";
import type { Playhead } from "./playhead";

const CLICK_PX = 5;
const NEAR_PX = 9;

interface RowsProps {
  cameras: readonly string[];
  timeline: Timeline | null;
  view: View;
  setView: (change: (view: View) => View) => void;
  playhead: Playhead;
  playing: readonly string[];
  choose: (camera: string) => void;
  showAlarm: (camera: string, alarm: TimelineAlarm) => void;
  setWidth: (width_px: number) => void;
}

export function Rows(props: RowsProps) {
  const { cameras, timeline, view, playhead } = props;
  const w = words.value.timeline;
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const line = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [told, setTold] = useState("");
  const height = AXIS_PX + cameras.length * ROW_PX;
  const now = useRef({ view, width, props });
  now.current = { view, width, props };

  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      setWidth(element.clientWidth);
      props.setWidth(element.clientWidth);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const minute = Math.floor(now_ms.value / 5000);
  useLayoutEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || width === 0) return;
    const ratio = Math.min(3, devicePixelRatio || 1);
    element.width = Math.round(width * ratio);
    element.height = Math.round(height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const known = new Map(timeline?.cameras.map((one) => [one.camera, one]));
    const rows = cameras.map((id) => ({ id, known: known.get(id) ?? null }));
    const scene = { view, ticks: ticks(view, width), rows, from_ms: timeline?.from_ms ?? 0, bucket_ms: timeline?.bucket_ms ?? 1, now_ms: now_ms.peek() };
    paint(context, width, height, scene, coloursOf(element));
  }, [timeline, view.from_ms, view.span_ms, width, height, theme.value, language.value, minute]);

  const place = (): void => {
    const x = xOf(now.current.view, playhead.at_ms.peek(), now.current.width);
    if (line.current) {
      line.current.style.transform = `translateX(${x.toFixed(1)}px)`;
      line.current.hidden = x < -1 || x > now.current.width + 1;
    }
  };
  useSignalEffect(() => {
    void playhead.at_ms.value;
    place();
  });
  useLayoutEffect(place, [view.from_ms, view.span_ms, width]);

  usePointers(frame, now, playhead, setTold);
  const second = useComputed(() => Math.floor(playhead.at_ms.value / 1000) * 1000);
  return (
    <div class="rows">
      <ul class="row-names" style={{ paddingTop: `${AXIS_PX}px` }}>
        {cameras.map((id) => {
          const name = store.cameraNames.value.get(id) ?? id;
          const shown = props.playing.includes(id);
          return (
            <li key={id} style={{ height: `${ROW_PX}px` }}>
              <button type="button" class="row-name" aria-pressed={shown} title={w.show(name)} aria-label={w.show(name)} onClick={() => props.choose(id)}>
                <span class="clip-text">{name}</span>
              </button>
            </li>
          );
        })}
      </ul>
      <div
        ref={frame}
        class="row-canvas"
        role="slider"
        tabIndex={0}
        aria-label={w.axis}
        aria-orientation="horizontal"
        aria-valuemin={Math.floor(view.from_ms / 1000)}
        aria-valuemax={Math.ceil((view.from_ms + view.span_ms) / 1000)}
        aria-valuenow={Math.floor(second.value / 1000)}
        aria-valuetext={`${dateTime(second.value)}. ${props.playing.map((id) => `${store.cameraNames.value.get(id) ?? id}: ${hereWords(timeline, id, second.value)}`).join(", ")}`}
        style={{ height: `${height}px` }}
      >
        <canvas ref={canvas} style={{ height: `${height}px` }} aria-hidden="true" />
        <div ref={line} class="row-line" aria-hidden="true" />
      </div>
      <p class="row-told muted" aria-hidden="true">
        {told || "\u00a0"}
      </p>
    </div>
  );
}

/** What stands at a moment of a camera, in words. */
function hereWords(timeline: Timeline | null, camera: string, at_ms: number): string {
  const w = words.value.timeline;
  const known = timeline?.cameras.find((one) => one.camera === camera);
  if (!known) return w.state.unknown;
  const here = hereOf(known, at_ms);
  return here.kind === "gap" ? w.gap(w.cause[here.cause]) : w.state[here.kind];
}

type Now = { current: { view: View; width: number; props: RowsProps } };

function usePointers(frame: { current: HTMLDivElement | null }, now: Now, playhead: Playhead, tell: (text: string) => void): void {
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const pointers = new Map<number, { x: number; from_x: number }>();
    let moved = 0;
    const xIn = (event: { clientX: number }): number => event.clientX - element.getBoundingClientRect().left;
    const rowIn = (event: { clientY: number }): string | undefined =>
      now.current.props.cameras[Math.floor((event.clientY - element.getBoundingClientRect().top - AXIS_PX) / ROW_PX)];
    const alarmIn = (event: MouseEvent): [string, TimelineAlarm] | null => {
      const { view, width, props } = now.current;
      const known = props.timeline?.cameras.find((one) => one.camera === rowIn(event));
      const alarm = known && alarmNear(known, atOf(view, xIn(event), width), (NEAR_PX / width) * view.span_ms);
      return known && alarm ? [known.camera, alarm] : null;
    };
    const wheel = (event: WheelEvent): void => {
      event.preventDefault();
      const { view, width, props } = now.current;
      const x = xIn(event);
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
      if (sideways) props.setView((one) => panned(one, ((event.deltaX || event.deltaY) / width) * one.span_ms, now_ms.peek()));
      else props.setView((one) => zoomed(one, Math.exp(Math.max(-1, Math.min(1, event.deltaY / 240))), atOf(view, x, width), now_ms.peek()));
    };
    const down = (event: PointerEvent): void => {
      if (event.button !== 0) return;
      element.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, { x: xIn(event), from_x: xIn(event) });
      moved = 0;
    };
    const move = (event: PointerEvent): void => {
      const { view, width, props } = now.current;
      const x = xIn(event);
      const mine = pointers.get(event.pointerId);
      if (!mine) {
        const camera = rowIn(event);
        const at = atOf(view, x, width);
        if (event.pointerType === "mouse") tell(`${dateTime(at)}${camera ? ` · ${store.cameraNames.peek().get(camera) ?? camera} · ${hereWords(props.timeline, camera, at)}` : ""}`);
        element.style.cursor = alarmIn(event) ? "pointer" : "";
        return;
      }
      const others = [...pointers.entries()].filter(([id]) => id !== event.pointerId).map(([, one]) => one);
      const other = others[0];
      if (other) {
        const [before, after] = [Math.max(8, Math.abs(mine.x - other.x)), Math.max(8, Math.abs(x - other.x))];
        props.setView((one) => zoomed(one, before / after, atOf(one, other.x, width), now_ms.peek()));
      } else if (moved > CLICK_PX || Math.abs(x - mine.from_x) > CLICK_PX) props.setView((one) => panned(one, ((mine.x - x) / width) * one.span_ms, now_ms.peek()));
      moved = Math.max(moved, other ? CLICK_PX + 1 : Math.abs(x - mine.from_x));
      if (moved > CLICK_PX) mine.x = x;
    };
    const up = (event: PointerEvent): void => {
      if (!pointers.delete(event.pointerId) || moved > CLICK_PX || pointers.size > 0) return;
      const alarm = alarmIn(event);
      if (alarm) now.current.props.showAlarm(...alarm);
      else playhead.go(atOf(now.current.view, xIn(event), now.current.width));
    };
    const cancel = (event: PointerEvent): void => void pointers.delete(event.pointerId);
    const leave = (): void => tell("");
    element.addEventListener("wheel", wheel, { passive: false });
    const handlers = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: cancel, pointerleave: leave } as const;
    for (const [name, handler] of Object.entries(handlers)) element.addEventListener(name, handler as EventListener);
    return () => {
      element.removeEventListener("wheel", wheel);
      for (const [name, handler] of Object.entries(handlers)) element.removeEventListener(name, handler as EventListener);
    };
  }, []);
}
