import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fragment, initSegment } from "../lib/fmp4";
import { Film } from "./film";

const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const INIT = initSegment(hex("6742c016da0280bfe5840000030004000003007a3c58ba80"), hex("68ce0fc8")).bytes;
const AT = 1_772_352_000_000;
const PIECE_MS = 4000;
/** What the muxer's clock shows at AT. */
const DECODE_MS = 2_345_000;

class FakeBuffer extends EventTarget {
  updating = false;
  timestampOffset = 0;
  appended: number[] = [];
  appendBuffer(bytes: ArrayBuffer): void {
    expect(bytes.byteLength).toBeGreaterThan(INIT.length);
    this.appended.push(this.timestampOffset);
  }
  remove(): void {
    if (this.appended.length === 0) throw new TypeError("no duration yet");
  }
  changeType(): void {
    throw new Error("the same codec");
  }
}
const buffers: FakeBuffer[] = [];
class FakeSource extends EventTarget {
  static isTypeSupported = (type: string): boolean => type.includes("avc1");
  readyState = "open";
  addSourceBuffer(): FakeBuffer {
    const made = new FakeBuffer();
    buffers.push(made);
    return made;
  }
}
const video = { currentTime: 0, playbackRate: 1, readyState: 4, seeking: false, paused: true, error: null, src: "", play: async () => undefined, pause: () => undefined, load: () => undefined, removeAttribute: () => undefined };
const asked: number[] = [];

/** A store that has [AT, AT + 8 s) in two pieces. */
function answer(url: string): Response {
  const from = Number(new URL(url, "http://x").searchParams.get("from_ms"));
  asked.push(from);
  const place = Math.max(0, Math.floor((from - AT) / PIECE_MS));
  if (place >= 2) return new Response(null, { status: 204 });
  const media = fragment(1, DECODE_MS + place * PIECE_MS, DECODE_MS + place * PIECE_MS, 66, true, [Uint8Array.of(1)]);
  const start = AT + place * PIECE_MS;
  return new Response(new Blob([INIT, media]), { headers: { "X-Start-Ms": String(start), "X-End-Ms": String(start + PIECE_MS), "X-Codec": "avc1.42c016", "X-Source": place === 0 ? "node" : "store" } });
}

beforeEach(() => {
  buffers.length = asked.length = 0;
  video.currentTime = 0;
  vi.stubGlobal("window", { MediaSource: FakeSource });
  vi.stubGlobal("MediaSource", FakeSource);
  vi.stubGlobal("fetch", async (url: string) => answer(url));
  vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:x");
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function run(film: Film, at_ms: number, ticks = 30): Promise<void> {
  for (let tick = 0; tick < ticks; tick++) {
    film.follow(at_ms, 1, false, tick * 16);
    await new Promise((done) => setTimeout(done, 1));
  }
}

describe("a film", () => {
  it("loads piece after piece and places each by its own clock", async () => {
    const film = new Film(video as unknown as HTMLVideoElement, "gate.yard");
    await run(film, AT + 500);
    expect(film.state).toBe("ready");
    expect(asked).toEqual([AT + 500, AT + PIECE_MS, AT + 2 * PIECE_MS]);
    const [first = 0, second = 0] = buffers[0]?.appended ?? [];
    expect(buffers[0]?.appended).toHaveLength(2);
    expect(second).toBeCloseTo(first, 6);
    // The picture at AT is where the element is told to look for it.
    expect(first + DECODE_MS / 1000 + 0.5).toBeCloseTo(video.currentTime, 6);
    film.close();
  });
  it("knows what came straight from the node", async () => {
    const film = new Film(video as unknown as HTMLVideoElement, "gate.yard");
    await run(film, AT + 500);
    expect(film.node).toBe(true);
    await run(film, AT + PIECE_MS + 500);
    expect(film.node).toBe(false);
    film.close();
  });
  it("says that there is nothing, and asks again after a while", async () => {
    const film = new Film(video as unknown as HTMLVideoElement, "gate.yard");
    await run(film, AT + 20_000);
    expect(film.state).toBe("nothing");
    expect(asked).toHaveLength(1);
    film.follow(AT + 20_000, 1, false, 20_000);
    expect(asked).toHaveLength(2);
    film.close();
  });
  it("begins its pause after a fault when the answer comes, however late", async () => {
    let fail = (): void => undefined;
    vi.stubGlobal("fetch", (url: string) => {
      asked.push(Number(new URL(url, "http://x").searchParams.get("from_ms")));
      return new Promise<Response>((_, reject) => (fail = () => reject(new TypeError("the line is cut"))));
    });
    const film = new Film(video as unknown as HTMLVideoElement, "gate.yard");
    film.follow(AT + 500, 1, false, 1000);
    film.follow(AT + 500, 1, false, 11_000);
    fail();
    await new Promise((done) => setTimeout(done, 1));
    film.follow(AT + 500, 1, false, 11_016);
    expect(asked).toHaveLength(1);
    film.follow(AT + 500, 1, false, 14_001);
    expect(asked).toHaveLength(2);
    film.close();
  });
  it("is a fault when the browser cannot play it", async () => {
    FakeSource.isTypeSupported = () => false;
    const film = new Film(video as unknown as HTMLVideoElement, "gate.yard");
    await run(film, AT + 500);
    expect(film.state).toBe("fault");
    FakeSource.isTypeSupported = () => true;
    film.again();
    await run(film, AT + 500);
    expect(film.state).toBe("ready");
    film.close();
  });
});
