/** One camera's footage in a video element: loads piece by piece around a moment and stays in step with it. */
import { firstDecode_s } from "../lib/timeline/fragments";
import { correction, covers, kept, wanted, type Span } from "../lib/timeline/sync";
import { getPiece, type Piece } from "./pieces";

/** nothing: nobody has footage of this moment. */
export type FilmState = "loading" | "ready" | "nothing" | "fault";

const AHEAD_MS = 12_000;
const PIECE_MS = 6_000;
const BEHIND_MS = 30_000;
const FAR_MS = 600_000;
const ROOM_MS = 3_600_000;
/** What was missing may have been retrieved since. */
const AGAIN_MS = 8_000;
const SEAM_MS = 300;
const FROM_NODE = 200;

export class Film {
  state: FilmState = "loading";
  private source: MediaSource | null = null;
  private buffer: SourceBuffer | null = null;
  private url = "";
  private at_ms = 0;
  private origin_ms = 0;
  private codec = "";
  private loaded: Span[] = [];
  private missing: Span[] = [];
  private refused: Span[] = [];
  private now = 0;
  private missedSince = 0;
  private fetching: AbortController | null = null;
  private queue: Extract<Piece, { kind: "piece" }>[] = [];
  private fromNode: Span[] = [];
  private faultUntil = 0;
  private closed = false;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly camera: string,
  ) {
    video.muted = true;
    video.playsInline = true;
    video.disableRemotePlayback = true;
  }

  /** Be at this moment; called many times a second. `now` is a clock of the page. */
  follow(at_ms: number, rate: number, playing: boolean, now: number): void {
    if (this.closed) return;
    this.at_ms = at_ms;
    this.now = now;
    if (this.video.error) this.faultUntil = now + 3000;
    if (!this.source || at_ms < this.origin_ms + BEHIND_MS || at_ms > this.origin_ms + 2 * ROOM_MS || this.video.error) this.restart(at_ms);
    if (now - this.missedSince > AGAIN_MS) this.missing = [];
    this.load(at_ms, rate, now);
    const { video } = this;
    const there = covers(this.loaded, at_ms);
    if (!there) {
      this.state = covers(this.missing, at_ms) ? "nothing" : now < this.faultUntil || covers(this.refused, at_ms) ? "fault" : "loading";
      if (!video.paused) video.pause();
      return;
    }
    const target_s = (at_ms - this.origin_ms) / 1000;
    this.state = video.readyState >= 2 && !video.seeking && Math.abs(target_s - video.currentTime) < 1 + rate ? "ready" : "loading";
    if (video.seeking) return;
    if (!playing) {
      if (!video.paused) video.pause();
      if (Math.abs(video.currentTime - target_s) > 0.005) video.currentTime = target_s;
      return;
    }
    const told = correction(target_s - video.currentTime, rate);
    if (told.seek) video.currentTime = target_s;
    else if (video.playbackRate !== told.rate) video.playbackRate = told.rate;
    if (video.paused && video.readyState >= 2) void video.play().catch(() => undefined);
  }

  /** Whether what is shown came straight from the node, not from the store. */
  get node(): boolean {
    return this.state === "ready" && covers(this.fromNode, this.at_ms);
  }

  /** Look again for what was missing or could not be played: some of it may be there, or whole, by now. */
  again(): void {
    this.missing = [];
    this.refused = [];
  }

  close(): void {
    this.closed = true;
    this.detach();
  }

  private detach(): void {
    this.fetching?.abort();
    this.fetching = null;
    this.source = null;
    this.buffer = null;
    this.loaded = [];
    this.missing = [];
    this.fromNode = [];
    this.queue = [];
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = "";
    this.video.removeAttribute("src");
    this.video.load();
  }

  private restart(at_ms: number): void {
    this.detach();
    const Source = "MediaSource" in window ? MediaSource : (window as { ManagedMediaSource?: typeof MediaSource }).ManagedMediaSource;
    if (!Source) return;
    this.origin_ms = Math.max(0, Math.floor(at_ms - ROOM_MS));
    this.codec = "";
    const source = new Source();
    this.source = source;
    source.addEventListener("sourceopen", () => this.drain());
    this.url = URL.createObjectURL(source);
    this.video.src = this.url;
  }

  private load(at_ms: number, rate: number, now: number): void {
    if (this.fetching || this.queue.length > 0 || now < this.faultUntil) return;
    const ahead = AHEAD_MS * Math.max(1, rate / 2);
    const from = wanted([...this.loaded, ...this.missing, ...this.refused], at_ms, ahead);
    if (from === null) return;
    const asked = new AbortController();
    this.fetching = asked;
    void getPiece(this.camera, from, PIECE_MS * Math.max(1, rate / 2), asked.signal).then((piece) => {
      if (this.fetching !== asked) return;
      this.fetching = null;
      const now = this.now; // an answer may take long: pauses begin when it comes
      if (piece.kind === "fault") this.faultUntil = now + 3000;
      else if (piece.kind === "none") this.miss({ start_ms: from, end_ms: from + 60_000 }, now);
      else {
        if (piece.start_ms > from + SEAM_MS) this.miss({ start_ms: from, end_ms: piece.start_ms }, now);
        else if (piece.start_ms > from) this.loaded.push({ start_ms: from, end_ms: piece.start_ms });
        this.queue.push(piece);
        // The newest word counts: what was on the node may be stored by now.
        this.fromNode = [...this.fromNode.filter((one) => one.end_ms <= piece.start_ms || one.start_ms >= piece.end_ms), ...(piece.node ? [piece] : [])].slice(-FROM_NODE);
        this.drain();
      }
    });
  }

  private miss(span: Span, now: number): void {
    if (this.missing.length === 0) this.missedSince = now;
    this.missing.push(span);
  }

  private drain(): void {
    const { source, video } = this;
    const piece = this.queue[0];
    if (!source || source.readyState !== "open" || !piece || this.buffer?.updating || video.error) return;
    const type = `video/mp4; codecs="${piece.codec}"`;
    const decode_s = firstDecode_s(piece.bytes);
    if (decode_s === null || !(source.constructor as typeof MediaSource).isTypeSupported(type)) return this.refuse(piece);
    try {
      if (!this.buffer) {
        this.buffer = source.addSourceBuffer(type);
        this.buffer.addEventListener("updateend", () => this.drain());
      } else if (this.codec !== piece.codec) this.buffer.changeType(type);
      this.codec = piece.codec;
      if (this.makeRoom(BEHIND_MS, FAR_MS)) return;
      this.buffer.timestampOffset = (piece.start_ms - this.origin_ms) / 1000 - decode_s;
      this.buffer.appendBuffer(piece.bytes);
      this.queue.shift();
      this.loaded.push({ start_ms: piece.start_ms, end_ms: piece.end_ms });
    } catch (fault) {
      const full = fault instanceof DOMException && fault.name === "QuotaExceededError";
      if (!full || !this.makeRoom(1000, BEHIND_MS)) this.refuse(piece);
    }
  }

  /** Let go of what lies far from the moment, on one side at a time; it is loaded again when it is wanted. */
  private makeRoom(behind_ms: number, ahead_ms: number): boolean {
    const [from_ms, to_ms] = [this.at_ms - behind_ms, this.at_ms + ahead_ms];
    if (this.loaded.some((one) => one.start_ms < from_ms - behind_ms)) {
      this.loaded = kept(this.loaded, from_ms, Infinity);
      this.buffer?.remove(0, (from_ms - this.origin_ms) / 1000);
    } else if (this.loaded.some((one) => one.end_ms > to_ms)) {
      this.loaded = kept(this.loaded, 0, to_ms);
      this.buffer?.remove((to_ms - this.origin_ms) / 1000, Infinity);
    } else return false;
    return true;
  }

  private refuse(piece: Span): void {
    this.queue.shift();
    this.refused.push({ start_ms: piece.start_ms, end_ms: piece.end_ms });
  }
}
