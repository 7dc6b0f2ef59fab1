/** Everything that was recorded, on one scale, and playback of up to four cameras at one moment. */
import { useComputed, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { serverNow_ms } from "../../api/client";
import * as store from "../../api/store";
import type { TimelineAlarm } from "../../api/types";
import { clockTime, spell } from "../../lib/format";
import { language, words } from "../../lib/preferences";
import { begin, jump } from "../../lib/timeline/marks";
import { around, bounded, following, HOUR, panned, zoomed, type View } from "../../lib/timeline/view";
import { Icon } from "../../ui/Icon";
import { Command, Empty, Fault, Loading } from "../../ui/parts";
import { explain } from "../actions";
import { go, now_ms, route } from "../place";
import { Controls, type What } from "./Controls";
import { InView } from "./InView";
import { useFrameState } from "./frameState";
import { useKeys } from "./keys";
import { Legend } from "./Legend";
import { Playhead } from "./playhead";
import { Players } from "./Players";
import { useRetrieval } from "./retrieve";
import { Rows } from "./Rows";
import { useTimeline } from "./useTimeline";

const ROWS = 16;
const PLAYERS = 4;
const LEAD_MS = 2000;
const BACK_MS = 30_000;
const USUAL_FPS = 15;
const ADDRESS_MS = 600;
const NARROW_PX = 760;

export function Timeline() {
  const cameras = store.cameras.value;
  if (!cameras) return <Loading />;
  if (cameras.length === 0)
    return (
      <Empty icon="camera" title={words.value.wall.empty} help={words.value.wall.emptyHelp}>
        <Command text="cctv node add gate --out gate.toml" />
      </Empty>
    );
  return <Loaded all={cameras.map((camera) => camera.id)} />;
}

/** After a click the keys belong to the timeline again: the space bar plays, and does not press the button once more. */
function backToRows(event: MouseEvent): void {
  if (event.detail > 0 && event.target instanceof Element && event.target.closest("button")) document.querySelector<HTMLElement>(".row-canvas")?.focus({ preventScroll: true });
}

const number = (text: string | undefined, fallback: number): number => (text && Number.isFinite(Number(text)) ? Number(text) : fallback);

/** Whether an address names a time, a span or a camera that cannot be shown. */
const isBroken = ({ at, span, cameras }: Readonly<Record<string, string>>, all: readonly string[]): boolean =>
  [at, span].some((text) => text && !(Number(text) > 0)) || (cameras ?? "").split(",").some((id) => id !== "" && !all.includes(id));

function Loaded({ all }: { all: readonly string[] }) {
  const w = words.value.timeline;
  const query = route.value.query;
  const start = useMemo(() => {
    const at_ms = number(query["at"], serverNow_ms() - BACK_MS);
    return { at_ms, view: around(at_ms, number(query["span"], HOUR), serverNow_ms()) };
  }, []);
  const playhead = useMemo(() => new Playhead(start.at_ms), []);
  const [view, setView] = useFrameState<View>(start.view);
  const [width, setWidth] = useState(0);
  const [page, setPage] = useState(0);
  const [what, setWhat] = useState<What>("alarm");
  const [note, setNote] = useState(() => (isBroken(query, all) ? words.peek().care.badTime : ""));
  const named = (query["cameras"] ?? "").split(",").filter((id) => all.includes(id));
  const [playing, setPlaying] = useState<readonly string[]>(() => (named.length > 0 ? named.slice(0, PLAYERS) : all.slice(0, innerWidth < NARROW_PX ? 1 : 2)));
  const rows = all.slice(page * ROWS, page * ROWS + ROWS);
  const asked = useMemo(() => [...rows, ...playing.filter((id) => !rows.includes(id))].slice(0, ROWS), [rows.join(), playing.join()]);
  const { timeline, problem, reload } = useTimeline(asked, view, width);
  const answered = useRef(0);
  if (timeline && !problem) answered.current = now_ms.peek();
  const retrieval = useRetrieval(() => {
    playhead.again();
    reload();
  });
  const known = useMemo(() => new Map(timeline?.cameras.map((one) => [one.camera, one])), [timeline]);
  playhead.cameras = playing.flatMap((id) => known.get(id) ?? []);

  useEffect(() => playhead.start(), []);
  // A moment that comes by the address, from an alarm or another tab, is gone to; what this page wrote itself is not.
  const written = useRef(start.at_ms);
  useEffect(() => {
    const at_ms = number(query["at"], written.current);
    if (Math.abs(at_ms - written.current) < 2) return;
    written.current = at_ms;
    visit(at_ms);
    if (named.length > 0) setPlaying(named.slice(0, PLAYERS));
  }, [query["at"]]);
  // Who named no moment does not begin where nothing was stored yet.
  const begun = useRef(Boolean(query["at"]));
  useEffect(() => {
    if (begun.current || !timeline) return;
    begun.current = true;
    const at_ms = begin(playhead.cameras, start.at_ms, BACK_MS);
    if (at_ms !== start.at_ms && playhead.at_ms.peek() === start.at_ms) visit(at_ms);
  }, [timeline]);
  const second = useComputed(() => Math.floor(playhead.at_ms.value / 500));
  useSignalEffect(() => {
    const at_ms = second.value * 500;
    if (playhead.playing.peek()) setView((one) => following(one, at_ms, now_ms.peek()));
  });
  useEffect(() => {
    const timer = setTimeout(() => {
      written.current = Math.round(playhead.at_ms.peek());
      go("timeline", { at: String(written.current), span: String(view.span_ms), cameras: playing.join() }, true);
    }, ADDRESS_MS);
    return () => clearTimeout(timer);
  }, [Math.floor(second.value / 4), view.span_ms, playing.join()]);

  const visit = (at_ms: number): void => {
    playhead.go(Math.min(at_ms, serverNow_ms()));
    setNote("");
    setView((one) => (at_ms < one.from_ms || at_ms > one.from_ms + one.span_ms ? around(at_ms, one.span_ms, now_ms.peek()) : one));
  };
  const show = (camera: string, at_ms: number): void => {
    setPlaying((list) => (list.includes(camera) ? list : [...list, camera].slice(-PLAYERS)));
    visit(at_ms);
  };
  const showAlarm = (camera: string, alarm: TimelineAlarm): void => show(camera, alarm.condition_ms - LEAD_MS);
  const choose = (camera: string): void => {
    if (!playing.includes(camera) && playing.length >= PLAYERS) return setNote(w.most);
    setPlaying(playing.includes(camera) ? playing.filter((one) => one !== camera) : all.filter((one) => one === camera || playing.includes(one)));
  };
  const leap = (way: 1 | -1): void => {
    const listed = timeline?.cameras ?? [];
    const found = jump(listed, playhead.at_ms.peek(), way, what, LEAD_MS);
    if (found !== null) return visit(found);
    setNote(listed.some((one) => (what === "alarm" ? one.alarms : one.events) === null) ? w.tooMany : w.noNext);
  };
  const zoom = (factor: number): void => {
    const at = playhead.at_ms.peek();
    setView((one) => zoomed(one, factor, at >= one.from_ms && at <= one.from_ms + one.span_ms ? at : one.from_ms + one.span_ms / 2, now_ms.peek()));
  };
  const fps = store.cameras.value?.find((camera) => camera.id === playing[0])?.fps;
  const picture_ms = 1000 / (fps || USUAL_FPS);
  const setSpan = (span_ms: number): void => setView(() => around(playhead.at_ms.peek(), span_ms, now_ms.peek()));
  useKeys({
    playhead,
    picture_ms,
    zoom,
    jump: leap,
    move: (share) => visit(playhead.at_ms.peek() + share * Math.max(1000, view.span_ms / 60)),
    pan: (share) => setView((one) => panned(one, share * one.span_ms, now_ms.peek())),
  });
  const told = playhead.told.value;
  const skipped = told && (told.kind === "end" ? w.end : w.skipped(spell(told.to_ms - told.from_ms, language.value)));
  return (
    <div class="timeline" onClick={backToRows}>
      <h1 class="unseen">{w.title}</h1>
      <Players playhead={playhead} cameras={playing} known={known} retrieval={retrieval} />
      <Controls
        playhead={playhead}
        picture_ms={picture_ms}
        span_ms={view.span_ms}
        what={what}
        setWhat={setWhat}
        jump={leap}
        setSpan={setSpan}
        zoom={zoom}
        goTo={visit}
        toNow={() => {
          setView((one) => bounded({ ...one, from_ms: Infinity }, now_ms.peek()));
          visit(serverNow_ms() - BACK_MS);
        }}
        note={note || skipped || ""}
        from_ms={start.at_ms}
      />
      {(problem ?? retrieval.fault) && (
        <div class="timeline-fault">
          <Fault>
            {retrieval.fault || (problem && explain(problem))} {problem && timeline && w.stale(clockTime(answered.current))}
          </Fault>
        </div>
      )}
      <div class="timeline-rows" data-stale={problem ? true : undefined}>
        <Rows cameras={rows} timeline={timeline} view={view} setView={setView} playhead={playhead} playing={playing} choose={choose} showAlarm={showAlarm} setWidth={setWidth} />
        <div class="timeline-foot">
          <Legend />
          {all.length > ROWS && (
            <div class="pager">
              <button type="button" class="icon-button" disabled={page === 0} onClick={() => setPage(page - 1)} aria-label={words.value.wall.previous}>
                <Icon name="back" />
              </button>
              <span>{w.page(page * ROWS + 1, page * ROWS + rows.length, all.length)}</span>
              <button type="button" class="icon-button" disabled={(page + 1) * ROWS >= all.length} onClick={() => setPage(page + 1)} aria-label={words.value.wall.next}>
                <Icon name="forward" />
              </button>
            </div>
          )}
          <p class="muted keys">{w.axisHelp}</p>
        </div>
      </div>
      {timeline && <InView timeline={timeline} view={view} showAlarm={showAlarm} go={show} retrieval={retrieval} />}
    </div>
  );
}
