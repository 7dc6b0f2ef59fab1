/** The live player's other thread: one socket, unframing, decoding or muxing, and drawing. */
import { wait_ms } from "../lib/backoff";
import { LiveMuxer } from "../lib/fmp4";
import { unframe, type LiveInit, type LiveUnit } from "../lib/framing";
import { Lag } from "../lib/lag";
import { NAL_SPS, nalType, parseSps, splitNals } from "../lib/h264";
import type { FromWorker, LiveStatus, ToWorker } from "./live.protocol";
import { PictureDecoder } from "./decoder";

const scope = self as unknown as { postMessage(message: FromWorker, transfer?: Transferable[]): void };

let url = "";
let mode: "webcodecs" | "mse" = "webcodecs";
let socket: WebSocket | null = null;
let paused = false;
let tries = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let decoder: PictureDecoder | null = null;
let muxer: LiveMuxer | null = null;
let init: LiveInit | null = null;
let status: LiveStatus | null = null;
const lag = new Lag();
let came = 0;
let drawn = 0;
let restarted = 0;
let heard_ms = 0;

/** A socket that says nothing for so long is dead, though it has not noticed; a camera that is away is silent for good reason. */
const SILENT_MS = 8_000;
const IDLE_MS = 30_000;

const FIGURES_MS = 1000;
setInterval(() => {
  if (socket?.readyState === WebSocket.OPEN && performance.now() - heard_ms > (status === "playing" ? SILENT_MS : IDLE_MS)) connect();
  if (status === "playing") scope.postMessage({ kind: "figures", came_fps: came, drawn_fps: drawn, skipped: restarted + (decoder?.skipped ?? 0) });
  came = drawn = 0;
}, FIGURES_MS);

function say(next: LiveStatus, detail = ""): void {
  if (next === status && next !== "away") return;
  status = next;
  scope.postMessage({ kind: "status", status: next, detail });
}

function connect(): void {
  clearTimeout(timer);
  socket?.close();
  say(tries === 0 ? "connecting" : "retrying");
  const opened = new WebSocket(url);
  opened.binaryType = "arraybuffer";
  socket = opened;
  lag.begin();
  heard_ms = performance.now();
  opened.onopen = () => say("keyframe");
  opened.onmessage = (message: MessageEvent<unknown>) => {
    if (opened !== socket || !(message.data instanceof ArrayBuffer)) return;
    heard_ms = performance.now();
    try {
      take(message.data);
    } catch (fault) {
      if (!(fault instanceof RangeError || fault instanceof TypeError)) throw fault;
      opened.close();
    }
  };
  opened.onclose = () => {
    if (opened !== socket || paused) return;
    decoder?.reset();
    muxer = null;
    say("retrying");
    timer = setTimeout(connect, wait_ms(tries++, Math.random()));
  };
}

function take(message: ArrayBuffer): void {
  const frame = unframe(message);
  if (!frame) return;
  const { meta, payload } = frame;
  switch (meta.t) {
    case "init":
      init = meta;
      if (status === "unplayable") say("keyframe");
      muxer = null;
      decoder?.reset();
      scope.postMessage({ kind: "init", width_px: meta.width, height_px: meta.height, codec: meta.codec });
      break;
    case "state":
      if (meta.state !== "live") say(meta.state, meta.reason);
      break;
    case "boxes":
      scope.postMessage({ kind: "boxes", pts_ms: meta.pts, tracks: meta.tracks });
      break;
    case "au":
      tries = 0;
      came += 1;
      if (lag.came(meta.pts, performance.now())) anew();
      else unit(meta, payload);
      break;
  }
}

/** What is on its way is too old: a fresh connection begins with the newest keyframe. */
function anew(): void {
  restarted += 1;
  decoder?.reset();
  muxer = null;
  connect();
}

function unit(meta: LiveUnit, payload: Uint8Array): void {
  if (status === "unplayable" || !init) return;
  if (mode === "mse") {
    mux(init, meta, payload);
    return;
  }
  decoder?.push(meta.key ? codecOf(payload, init.codec) : init.codec, payload, meta.pts, meta.key);
}

/** The stream's own parameter set knows its profile better than whoever announced it. */
function codecOf(payload: Uint8Array, announced: string): string {
  if (!announced.startsWith("avc")) return announced;
  const sps = splitNals(payload.subarray(0, 512)).find((nal) => nalType(nal) === NAL_SPS);
  return sps ? parseSps(sps).codec : announced;
}

function mux(stream: LiveInit, meta: LiveUnit, payload: Uint8Array): void {
  if (!stream.codec.startsWith("avc")) {
    say("unplayable", stream.codec);
    return;
  }
  muxer ??= new LiveMuxer(stream.fps);
  const made = muxer.push(payload, meta.pts, meta.key);
  if (!made) return;
  if (made.init) {
    const { bytes, codec } = made.init;
    scope.postMessage({ kind: "media-init", bytes: bytes.buffer, codec, origin_ms: muxer.origin_ms ?? meta.pts }, [bytes.buffer]);
  }
  scope.postMessage({ kind: "media", bytes: made.media.buffer, key: meta.key }, [made.media.buffer]);
  say("playing");
}

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  switch (data.kind) {
    case "open":
      ({ url, mode } = data);
      if (data.canvas) {
        decoder = new PictureDecoder(data.canvas, {
          drawn: (pts_ms) => {
            drawn += 1;
            say("playing");
            scope.postMessage({ kind: "picture", pts_ms });
          },
          unplayable: (codec) => say("unplayable", codec),
        });
      }
      connect();
      break;
    case "url":
      url = data.url;
      tries = 0;
      if (!paused) connect();
      break;
    case "pause":
      paused = true;
      clearTimeout(timer);
      socket?.close();
      decoder?.reset();
      muxer = null;
      say("paused");
      break;
    case "resume":
      if (!paused) break;
      paused = false;
      tries = 0;
      connect();
      break;
    case "snapshot":
      void decoder?.snapshot().then((blob) => scope.postMessage({ kind: "snapshot", blob }));
      break;
    case "close":
      paused = true;
      clearTimeout(timer);
      socket?.close();
      decoder?.close();
      self.close();
      break;
  }
};
