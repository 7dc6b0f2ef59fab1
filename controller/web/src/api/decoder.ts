/** Decodes access units with WebCodecs and draws the newest picture; runs in the live worker. */

interface Listener {
  drawn(pts_ms: number): void;
  unplayable(codec: string): void;
}

/** More undecoded units than this for so long and the tab is too slow: skip to the newest keyframe. */
const MOST_QUEUED = 24;
// A stream begins with all pictures since its keyframe at once, which is no sign of slowness.
const SLOW_MS = 2000;
const MOST_FAILURES = 5;
const MICROSECONDS = 1000;

export class PictureDecoder {
  private decoder: VideoDecoder | null = null;
  private codec = "";
  private waitingForKey = true;
  private latest: VideoFrame | null = null;
  private scheduled = false;
  private failures = 0;
  private behindSince_ms: number | null = null;
  private catchingUp = true;
  /** Pictures that came and were never shown. */
  skipped = 0;
  private readonly context: OffscreenCanvasRenderingContext2D | null;

  constructor(
    private readonly canvas: OffscreenCanvas,
    private readonly listener: Listener,
  ) {
    this.context = canvas.getContext("2d", { alpha: false, desynchronized: true });
  }

  /** Feed one access unit in arrival order. */
  push(codec: string, payload: Uint8Array, pts_ms: number, key: boolean): void {
    if (key && (this.waitingForKey || codec !== this.codec || this.decoder?.state !== "configured")) {
      this.configure(codec);
    }
    if (this.waitingForKey && !key) {
      this.skipped += 1;
      return;
    }
    const decoder = this.decoder;
    if (!decoder || decoder.state !== "configured") return;
    if (!key && this.isSlow(decoder.decodeQueueSize)) {
      this.skipped += 1;
      this.waitingForKey = true;
      return;
    }
    this.waitingForKey = false;
    decoder.decode(new EncodedVideoChunk({ type: key ? "key" : "delta", timestamp: pts_ms * MICROSECONDS, data: payload }));
  }

  /** Forget what was queued; the next keyframe starts again. The last picture stays. */
  reset(): void {
    this.waitingForKey = true;
    this.behindSince_ms = null;
    this.catchingUp = true;
    if (this.decoder && this.decoder.state !== "closed") this.decoder.close();
    this.decoder = null;
  }

  close(): void {
    this.reset();
    this.latest?.close();
    this.latest = null;
  }

  snapshot(): Promise<Blob> {
    return this.canvas.convertToBlob({ type: "image/png" });
  }

  private isSlow(queued: number): boolean {
    if (queued <= MOST_QUEUED) this.behindSince_ms = null;
    else this.behindSince_ms ??= performance.now();
    return this.behindSince_ms !== null && performance.now() - this.behindSince_ms > SLOW_MS;
  }

  private configure(codec: string): void {
    this.reset();
    this.codec = codec;
    const decoder = new VideoDecoder({
      output: (frame) => this.show(frame),
      error: (fault) => {
        this.waitingForKey = true;
        if (fault.name === "NotSupportedError" || ++this.failures >= MOST_FAILURES) this.listener.unplayable(codec);
      },
    });
    try {
      decoder.configure({ codec, optimizeForLatency: true });
      this.decoder = decoder;
      this.waitingForKey = false;
    } catch {
      this.listener.unplayable(codec);
    }
  }

  private show(frame: VideoFrame): void {
    this.failures = 0;
    // A stream begins with the pictures since its keyframe, of which only the last is worth showing.
    if (this.decoder && this.decoder.decodeQueueSize <= 1) this.catchingUp = false;
    if (this.latest && !this.catchingUp) this.skipped += 1;
    this.latest?.close();
    this.latest = frame;
    if (this.scheduled) return;
    this.scheduled = true;
    // Not every browser gives workers animation frames; without them each picture is drawn as it comes.
    if (typeof requestAnimationFrame === "function") requestAnimationFrame(() => this.draw());
    else this.draw();
  }

  private draw(): void {
    this.scheduled = false;
    const frame = this.latest;
    if (!frame) return;
    if (this.canvas.width !== frame.displayWidth || this.canvas.height !== frame.displayHeight) {
      this.canvas.width = frame.displayWidth;
      this.canvas.height = frame.displayHeight;
    }
    this.context?.drawImage(frame, 0, 0);
    this.listener.drawn(Math.round(frame.timestamp / MICROSECONDS));
    frame.close();
    this.latest = null;
  }
}
