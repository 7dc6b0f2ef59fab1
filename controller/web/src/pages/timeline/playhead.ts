/** The one moment that every player is at: it runs while no player has to wait, and skips what nobody has. */
import { signal, type Signal } from "@preact/signals";
import type { Film } from "../../api/film";
import { nextPlayable } from "../../lib/timeline/marks";
import { stepped, type Rate } from "../../lib/timeline/sync";
import type { TimelineCamera } from "../../api/types";

const LONGEST_STEP_MS = 250;

export class Playhead {
  readonly at_ms: Signal<number>;
  readonly playing = signal(false);
  readonly rate = signal<Rate>(1);
  /** Where the footage ran out, or what was skipped last, for a word about it. */
  readonly told = signal<{ kind: "end" | "skipped"; from_ms: number; to_ms: number } | null>(null);
  /** What is known of the cameras that are shown; whoever reads the timeline keeps it. */
  cameras: readonly TimelineCamera[] = [];
  private readonly films = new Map<string, Film>();
  private before = 0;
  private frame = 0;

  constructor(at_ms: number) {
    this.at_ms = signal(at_ms);
  }

  /** Run until the returned function is called. */
  start(): () => void {
    const tick = (now: number): void => {
      this.frame = requestAnimationFrame(tick);
      const elapsed = Math.min(LONGEST_STEP_MS, now - this.before);
      this.before = now;
      if (this.playing.value) this.advance(elapsed);
      // While one has to wait the others do too.
      const runs = this.playing.value && ![...this.films.values()].some((film) => film.state === "loading");
      for (const film of this.films.values()) film.follow(this.at_ms.value, this.rate.value, runs, now);
    };
    this.before = performance.now();
    this.frame = requestAnimationFrame(tick);
    return () => {
      cancelAnimationFrame(this.frame);
      for (const film of this.films.values()) film.close();
      this.films.clear();
    };
  }

  add(camera: string, film: Film): () => void {
    this.films.set(camera, film);
    return () => {
      film.close();
      if (this.films.get(camera) === film) this.films.delete(camera);
    };
  }

  filmOf = (camera: string): Film | undefined => this.films.get(camera);

  /** Go to a moment; whether it plays stays as it is. */
  go(at_ms: number): void {
    this.at_ms.value = Math.max(0, Math.round(at_ms));
    this.told.value = null;
  }

  toggle(): void {
    this.playing.value = !this.playing.value;
    this.told.value = null;
  }

  /** One picture on or back, standing still. */
  step(way: 1 | -1, picture_ms: number): void {
    this.playing.value = false;
    this.go(this.at_ms.value + way * picture_ms);
  }

  faster(way: 1 | -1): void {
    this.rate.value = stepped(this.rate.value, way);
  }

  /** What was retrieved meanwhile is looked for again. */
  again(): void {
    for (const film of this.films.values()) film.again();
  }

  private advance(elapsed_ms: number): void {
    const states = [...this.films.values()].map((film) => film.state);
    if (states.length === 0 || states.includes("loading")) return;
    if (states.includes("ready")) {
      this.at_ms.value += elapsed_ms * this.rate.value;
      return;
    }
    const from_ms = this.at_ms.value;
    const to_ms = states.includes("fault") ? null : nextPlayable(this.cameras, from_ms + 1);
    if (to_ms !== null && to_ms > from_ms + 1) {
      this.go(to_ms);
      this.told.value = { kind: "skipped", from_ms, to_ms };
    } else if (!states.includes("fault")) {
      this.playing.value = false;
      this.told.value = { kind: "end", from_ms, to_ms: from_ms };
    }
  }
}
