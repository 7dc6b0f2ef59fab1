/** Plays fragments through Media Source Extensions and keeps to the newest picture. */

interface ManagedWindow {
  ManagedMediaSource?: typeof MediaSource;
}

/** Further behind the newest fragment than this: play faster; and beyond the second: jump. */
const HURRY_S = 0.5;
const JUMP_S = 2;
const KEPT_S = 12;
const MOST_WAITING = 120;

export class MediaFeeder {
  private source: MediaSource | null = null;
  private buffer: SourceBuffer | null = null;
  private waiting: { bytes: ArrayBuffer; key: boolean }[] = [];
  private origin_ms = 0;
  private closed = false;
  private url = "";
  private shown = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly drawn: (pts_ms: number) => void,
  ) {
    video.muted = true;
    video.playsInline = true;
    const watch = (): void => {
      if (this.closed) return;
      video.requestVideoFrameCallback((_now, picture) => {
        this.shown += 1;
        this.drawn(Math.round(this.origin_ms + picture.mediaTime * 1000));
        this.keepUp();
        watch();
      });
    };
    watch();
  }

  /** Start with a new init segment; what was buffered is dropped. */
  begin(init: ArrayBuffer, codec: string, origin_ms: number): void {
    this.detach();
    this.origin_ms = origin_ms;
    this.waiting = [{ bytes: init, key: true }];
    const Source = "MediaSource" in window ? MediaSource : (window as ManagedWindow).ManagedMediaSource;
    if (!Source) return;
    const source = new Source();
    this.source = source;
    this.video.disableRemotePlayback = true;
    this.url = URL.createObjectURL(source);
    this.video.src = this.url;
    source.addEventListener("sourceopen", () => {
      if (source !== this.source || this.buffer) return;
      this.buffer = source.addSourceBuffer(`video/mp4; codecs="${codec}"`);
      this.buffer.addEventListener("updateend", () => this.drain());
      this.drain();
    });
  }

  append(bytes: ArrayBuffer, key: boolean): void {
    if (!this.source) return;
    // A tab that cannot keep up forgets all but the init segment and waits for the newest keyframe.
    if (this.waiting.length > MOST_WAITING) this.waiting = key ? this.waiting.slice(0, this.buffer ? 0 : 1) : this.waiting;
    if (this.waiting.length <= MOST_WAITING) this.waiting.push({ bytes, key });
    this.drain();
  }

  /** Pictures drawn since it was last asked, and those that never were. */
  figures(): { drawn_fps: number; skipped: number } {
    const drawn_fps = this.shown;
    this.shown = 0;
    return { drawn_fps, skipped: this.video.getVideoPlaybackQuality().droppedVideoFrames };
  }

  close(): void {
    this.closed = true;
    this.detach();
  }

  private detach(): void {
    this.source = null;
    this.buffer = null;
    this.waiting = [];
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = "";
    this.video.removeAttribute("src");
  }

  private drain(): void {
    const { buffer, video } = this;
    if (!buffer || buffer.updating || this.source?.readyState !== "open" || video.error) return;
    const first = buffer.buffered.length > 0 ? buffer.buffered.start(0) : 0;
    if (video.currentTime - first > KEPT_S) {
      buffer.remove(first, video.currentTime - KEPT_S / 2);
      return;
    }
    const next = this.waiting.shift();
    if (next) buffer.appendBuffer(next.bytes);
    if (video.paused && buffer.buffered.length > 0) {
      this.keepUp();
      void video.play().catch(() => undefined);
    }
  }

  private keepUp(): void {
    const { buffered } = this.video;
    if (buffered.length === 0) return;
    const behind = buffered.end(buffered.length - 1) - this.video.currentTime;
    if (behind > JUMP_S || this.video.currentTime < buffered.start(buffered.length - 1)) {
      this.video.currentTime = Math.max(buffered.start(buffered.length - 1), buffered.end(buffered.length - 1) - 0.1);
    }
    this.video.playbackRate = behind > HURRY_S ? 1.15 : 1;
  }
}
