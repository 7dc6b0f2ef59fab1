/** Plays one camera's sound, in step with the picture that is on screen. */
import { SoundStep } from "../lib/soundStep";
import type { FromSoundWorker, SoundStatus, ToSoundWorker } from "./sound.protocol";

export type { SoundStatus } from "./sound.protocol";

/** The picture on screen: its media time, and when it was drawn on the page's clock. */
export interface Shown {
  pts_ms: number;
  drawn_at_ms: number;
}

const BLOCKED_AFTER_MS = 1_000;
const address = (camera: string): string => `${location.origin.replace(/^http/, "ws")}/live/${encodeURIComponent(camera)}/sound`;

/** Without WebCodecs nothing decodes it: over plain HTTP to a named host, and in older browsers. */
export const canListen = (): boolean => "AudioDecoder" in window && "AudioContext" in window;

export class CameraSound {
  private readonly worker: Worker;
  private readonly context = new AudioContext({ latencyHint: "interactive" });
  private readonly gain: GainNode;
  private readonly meter: AnalyserNode;
  private readonly read: Float32Array<ArrayBuffer>;
  private readonly step = new SoundStep();
  private readonly timer: ReturnType<typeof setTimeout>;
  private status: SoundStatus = "connecting";
  /** What is said while the browser does not let it sound: for a moment that is how it begins. */
  private blocked: SoundStatus = "connecting";

  /** Begin to listen; call it from a click or a key, or the browser keeps it silent. */
  constructor(
    camera: string,
    volume: number,
    private readonly shown: () => Shown,
    private readonly told: (status: SoundStatus) => void,
  ) {
    this.gain = new GainNode(this.context, { gain: volume });
    this.meter = new AnalyserNode(this.context, { fftSize: 2048 });
    this.read = new Float32Array(this.meter.fftSize);
    this.meter.connect(this.gain).connect(this.context.destination);
    void this.context.resume();
    this.context.onstatechange = () => this.tellStatus();
    this.timer = setTimeout(() => {
      this.blocked = "blocked";
      this.tellStatus();
    }, BLOCKED_AFTER_MS);
    this.worker = new Worker(new URL("./sound.worker.ts", import.meta.url), { type: "module" });
    this.worker.onmessage = ({ data }: MessageEvent<FromSoundWorker>) => {
      if (data.kind === "sound") this.play(data.pts_ms, data.rate_hz, data.samples);
      else {
        this.status = data.status;
        this.tellStatus();
      }
    };
    this.tell({ kind: "open", url: address(camera) });
  }

  set volume(volume: number) {
    this.gain.gain.value = volume;
  }

  /** How loud it is now before the volume, 0..1, and how many pieces were left out. */
  figures(): { peak: number; skipped: number } {
    this.meter.getFloatTimeDomainData(this.read);
    return { peak: this.read.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0), skipped: this.step.skipped };
  }

  close(): void {
    clearTimeout(this.timer);
    this.context.onstatechange = null;
    this.worker.onmessage = null;
    this.tell({ kind: "close" });
    void this.context.close();
  }

  private tellStatus(): void {
    this.told(this.status === "playing" && this.context.state !== "running" ? this.blocked : this.status);
  }

  private play(pts_ms: number, rate_hz: number, samples: Float32Array<ArrayBuffer>): void {
    const { pts_ms: seen_ms, drawn_at_ms } = this.shown();
    if (this.context.state !== "running" || seen_ms === 0) return;
    const now_ms = this.context.currentTime * 1000;
    const behind_ms = drawn_at_ms - performance.now() + now_ms - seen_ms;
    const at_ms = this.step.place(pts_ms, (samples.length / rate_hz) * 1000, now_ms, behind_ms);
    if (at_ms === null) return;
    const buffer = new AudioBuffer({ length: samples.length, sampleRate: rate_hz });
    buffer.copyToChannel(samples, 0);
    const piece = new AudioBufferSourceNode(this.context, { buffer });
    piece.connect(this.meter);
    piece.start(at_ms / 1000);
  }

  private tell(message: ToSoundWorker): void {
    this.worker.postMessage(message);
  }
}
