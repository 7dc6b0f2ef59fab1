/** The other thread of who listens to a camera: one socket, unframing, decoding. */
import { wait_ms } from "../lib/backoff";
import { unframe, type LiveSoundInit } from "../lib/framing";
import type { FromSoundWorker, SoundStatus, ToSoundWorker } from "./sound.protocol";

const scope = self as unknown as { postMessage(message: FromSoundWorker, transfer?: Transferable[]): void };

/** The server's word for: you may not. */
const SHUT_OUT = 4401;
const MICROSECONDS = 1000;
const MOST_QUEUED = 50;

let url = "";
let socket: WebSocket | null = null;
let decoder: AudioDecoder | null = null;
let status: SoundStatus | null = null;
let tries = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

function say(next: SoundStatus): void {
  if (next === status) return;
  status = next;
  scope.postMessage({ kind: "status", status: next });
}

function connect(): void {
  say(tries === 0 ? "connecting" : "retrying");
  const opened = new WebSocket(url);
  opened.binaryType = "arraybuffer";
  socket = opened;
  opened.onopen = () => say("waiting");
  opened.onmessage = (message: MessageEvent<unknown>) => {
    if (opened !== socket || !(message.data instanceof ArrayBuffer)) return;
    try {
      take(message.data);
    } catch (fault) {
      if (!(fault instanceof RangeError || fault instanceof TypeError)) throw fault;
      opened.close();
    }
  };
  opened.onclose = ({ code }) => {
    if (opened !== socket) return;
    forget();
    if (code === SHUT_OUT) {
      say("refused");
      return;
    }
    say("retrying");
    timer = setTimeout(connect, wait_ms(tries++, Math.random()));
  };
}

function take(message: ArrayBuffer): void {
  const frame = unframe(message);
  if (!frame || status === "unplayable") return;
  const { meta, payload } = frame;
  if (meta.t === "sound-init") configure(meta, payload);
  else if (meta.t === "state" && meta.state !== "live") say("waiting");
  else if (meta.t === "sound" && decoder?.state === "configured" && decoder.decodeQueueSize < MOST_QUEUED) {
    tries = 0;
    decoder.decode(new EncodedAudioChunk({ type: "key", timestamp: meta.pts * MICROSECONDS, data: payload }));
  }
}

function configure(init: LiveSoundInit, description: Uint8Array): void {
  forget();
  const made = new AudioDecoder({ output: give, error: () => say("unplayable") });
  try {
    made.configure({ codec: init.codec, sampleRate: init.rate, numberOfChannels: init.channels, ...(description.length > 0 && { description }) });
    decoder = made;
  } catch {
    say("unplayable");
  }
}

/** All channels as one. */
function give(data: AudioData): void {
  const samples = new Float32Array(data.numberOfFrames);
  const channel = new Float32Array(data.numberOfFrames);
  for (let index = 0; index < data.numberOfChannels; index++) {
    data.copyTo(channel, { planeIndex: index, format: "f32-planar" });
    for (let at = 0; at < samples.length; at++) samples[at] = (samples[at] ?? 0) + (channel[at] ?? 0) / data.numberOfChannels;
  }
  const made = { kind: "sound", pts_ms: data.timestamp / MICROSECONDS, rate_hz: data.sampleRate, samples } as const;
  data.close();
  say("playing");
  scope.postMessage(made, [samples.buffer]);
}

function forget(): void {
  if (decoder && decoder.state !== "closed") decoder.close();
  decoder = null;
}

self.onmessage = ({ data }: MessageEvent<ToSoundWorker>) => {
  if (data.kind === "open") {
    url = data.url;
    connect();
    return;
  }
  clearTimeout(timer);
  const open = socket;
  socket = null;
  open?.close();
  forget();
  self.close();
};
