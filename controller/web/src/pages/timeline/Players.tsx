/** One to four cameras at the same moment, or the honest word on why one shows nothing. */
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Film, type FilmState } from "../../api/film";
import * as store from "../../api/store";
import type { TimelineCamera } from "../../api/types";
import { mayClear } from "../../api/unmasks";
import { spell } from "../../lib/format";
import { language, words } from "../../lib/preferences";
import { hereOf, type Here } from "../../lib/timeline/marks";
import { Icon } from "../../ui/Icon";
import { Unmask } from "../Unmask";
import { RequestState, type Retrieval } from "./retrieve";
import type { Playhead } from "./playhead";

const LOOK_MS = 200;
/** What is retrieved around a moment. */
const BEFORE_MS = 60_000;
const AFTER_MS = 240_000;

interface PlayersProps {
  playhead: Playhead;
  cameras: readonly string[];
  known: ReadonlyMap<string, TimelineCamera>;
  retrieval: Retrieval;
}

export function Players({ playhead, cameras, known, retrieval }: PlayersProps) {
  if (cameras.length === 0) return <p class="players-none muted">{words.value.timeline.none}</p>;
  return (
    <div class="players" data-count={cameras.length}>
      {cameras.map((camera) => (
        <Player key={`${camera} ${mayClear(camera)}`} playhead={playhead} camera={camera} known={known.get(camera) ?? null} retrieval={retrieval} />
      ))}
    </div>
  );
}

function Player({ playhead, camera, known, retrieval }: { playhead: Playhead; camera: string; known: TimelineCamera | null; retrieval: Retrieval }) {
  const video = useRef<HTMLVideoElement>(null);
  const state = useSignal<FilmState>("loading");
  const node = useSignal(false);
  useEffect(() => {
    if (!video.current) return;
    const film = new Film(video.current, camera);
    const remove = playhead.add(camera, film);
    const timer = setInterval(() => {
      state.value = film.state;
      node.value = film.node;
    }, LOOK_MS);
    return () => {
      clearInterval(timer);
      remove();
    };
  }, [camera]);
  const name = store.cameraNames.value.get(camera) ?? camera;
  return (
    <figure class="film" aria-label={name}>
      <div class="film-picture" data-state={state.value}>
        <video ref={video} muted playsInline tabIndex={-1} aria-label={name} />
        {state.value !== "ready" && <Instead playhead={playhead} camera={camera} state={state.value} known={known} retrieval={retrieval} />}
      </div>
      <figcaption class="film-caption">
        <Icon name="camera" size={14} />
        <span class="clip-text">{name}</span>
        {node.value && (
          <span class="film-node" title={words.value.timeline.fromNodeWhy}>
            <Icon name="node" size={14} />
            {words.value.timeline.fromNode}
          </span>
        )}
        <span class="push" />
        <Unmask camera={camera} name={name} />
      </figcaption>
    </figure>
  );
}

/** Why there is no picture, and what can be done. */
function Instead({ playhead, camera, state, known, retrieval }: { playhead: Playhead; camera: string; state: FilmState; known: TimelineCamera | null; retrieval: Retrieval }) {
  const w = words.value.timeline;
  // Looked at once a second of footage: what stands there does not change faster.
  const second = useComputed(() => Math.floor(playhead.at_ms.value / 1000));
  const here: Here = known ? hereOf(known, Math.max(second.value * 1000, Math.min(playhead.at_ms.peek(), second.value * 1000 + 999))) : { kind: "unknown" };
  const asked = retrieval.of(camera, second.value * 1000);
  if (state === "loading" && here.kind !== "gap") return <p class="film-words quiet-words">{w.loading}…</p>;
  if (state === "fault") return <p class="film-words">{w.fault}</p>;
  const at_ms = second.value * 1000;
  const part = here.kind === "retrievable" ? { start_ms: Math.max(here.start_ms, at_ms - BEFORE_MS), end_ms: Math.min(here.end_ms, at_ms + AFTER_MS) } : { start_ms: 0, end_ms: 0 };
  return (
    <div class="film-words" role="status">
      <p>{told(here)}</p>
      {here.kind === "retrievable" &&
        !asked &&
        (store.mayAct.value ? (
          <button type="button" onClick={() => retrieval.ask(camera, part)}>
            <Icon name="download" size={16} />
            {w.retrieve(spell(part.end_ms - part.start_ms, language.value))}
          </button>
        ) : (
          <p class="muted">{w.viewer}</p>
        ))}
      {asked && <RequestState asked={asked} />}
    </div>
  );
}

function told(here: Here): string {
  const w = words.value.timeline;
  if (here.kind === "gap" && here.cause === "node away") return w.away;
  if (here.kind === "gap") return w.gap(w.cause[here.cause]);
  if (here.kind === "retrievable") return w.onNode;
  return here.kind === "unknown" ? w.notTold : w.coming;
}
