/** Runs one live stream for a tile: news to signals, pause when nobody can see it, the next way where one cannot play. */
import { useSignal, type Signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { serverNow_ms } from "../../api/client";
import { DerivedStream } from "../../api/derived";
import { liveMode, LiveStream, nextMode, type LiveFigures, type LiveMode, type LiveNews, type LiveStatus } from "../../api/live";
import { StillStream } from "../../api/stills";
import { mayClear } from "../../api/unmasks";
import { insert, type BoxSet } from "../../lib/boxes";
import type { Quality } from "../../lib/framing";

/** What the overlay needs at each picture; changed without rendering anything. */
export interface LivePicture {
  pts_ms: number;
  drawn_at_ms: number;
  latency_ms: number;
  width_px: number;
  height_px: number;
  boxes: BoxSet[];
}
interface Ref<T> {
  current: T;
}
type Stream = LiveStream | StillStream | DerivedStream;
export type Surface = HTMLCanvasElement | HTMLVideoElement | HTMLImageElement;
export interface Live {
  mode: LiveMode;
  status: Signal<LiveStatus>;
  figures: Signal<LiveFigures | null>;
  picture: Ref<LivePicture>;
  stream: Ref<Stream | null>;
}

const SMOOTHING = 0.1;

export function useLive(camera: string, quality: Quality, surface: Ref<Surface | null>, onPicture: () => void, onSnapshot: (blob: Blob) => void): Live {
  const [played, setMode] = useState(liveMode);
  const mode = mayClear(camera) ? played : "derived";
  const status = useSignal<LiveStatus>("connecting");
  const figures = useSignal<LiveFigures | null>(null);
  const stream = useRef<Stream | null>(null);
  const picture = useRef<LivePicture>({ pts_ms: 0, drawn_at_ms: 0, latency_ms: 0, width_px: 0, height_px: 0, boxes: [] });
  const handlers = useRef({ onPicture, onSnapshot });
  handlers.current = { onPicture, onSnapshot };

  useEffect(() => {
    const element = surface.current;
    if (!element) return;
    const hear = (news: LiveNews): void => {
      const now = picture.current;
      switch (news.kind) {
        case "init":
          now.width_px = news.width_px;
          now.height_px = news.height_px;
          break;
        case "boxes":
          now.boxes = insert(now.boxes, { pts_ms: news.pts_ms, tracks: news.tracks });
          handlers.current.onPicture();
          break;
        case "picture": {
          const latency = serverNow_ms() - news.pts_ms;
          // A jump is shown at once: after a pause or a reconnect the old mean means nothing.
          const jump = now.latency_ms === 0 || Math.abs(latency - now.latency_ms) > 1000;
          now.latency_ms = jump ? latency : now.latency_ms + SMOOTHING * (latency - now.latency_ms);
          now.pts_ms = news.pts_ms;
          now.drawn_at_ms = performance.now();
          if (status.value !== "playing") status.value = "playing";
          handlers.current.onPicture();
          break;
        }
        case "figures":
          figures.value = news;
          break;
        case "status":
          status.value = news.status;
          if (news.status === "unplayable") setMode(nextMode(mode, news.detail));
          break;
        case "snapshot":
          handlers.current.onSnapshot(news.blob);
          break;
      }
    };
    const live = open(camera, quality, element, mode, hear);
    stream.current = live;
    const unwatch = pauseUnseen(element, live);
    return () => {
      unwatch();
      live.close();
      stream.current = null;
      figures.value = null;
    };
  }, [camera, mode]);

  const first = useRef(true);
  useEffect(() => {
    if (first.current) first.current = false;
    else stream.current?.use(camera, quality);
  }, [quality]);

  return { mode, status, figures, picture, stream };
}

function open(camera: string, quality: Quality, element: Surface, mode: LiveMode, hear: (news: LiveNews) => void): Stream {
  if (!(element instanceof HTMLImageElement)) return new LiveStream(camera, quality, element, hear);
  return mode === "derived" ? new DerivedStream(camera, element, hear) : new StillStream(camera, element, hear);
}

/** Nobody sees a hidden tab or a tile that is scrolled away: no stream is asked for then. */
function pauseUnseen(element: Element, live: Stream): () => void {
  let inView = true;
  const settle = (): void => {
    if (inView && document.visibilityState === "visible") live.resume();
    else live.pause();
  };
  const observer = new IntersectionObserver(([entry]) => {
    inView = entry?.isIntersecting ?? true;
    settle();
  });
  observer.observe(element);
  document.addEventListener("visibilitychange", settle);
  return () => {
    observer.disconnect();
    document.removeEventListener("visibilitychange", settle);
  };
}
