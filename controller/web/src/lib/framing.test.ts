import { encode } from "@msgpack/msgpack";
import { describe, expect, it } from "vitest";
import { unframe } from "./framing";

function frame(meta: unknown, payload: number[] = []): ArrayBuffer {
  const head = encode(meta);
  const out = new Uint8Array(4 + head.length + payload.length);
  new DataView(out.buffer).setUint32(0, head.length);
  out.set(head, 4);
  out.set(payload, 4 + head.length);
  return out.buffer;
}

describe("unframe", () => {
  it("gives metadata with 64-bit times and the payload", () => {
    const made = unframe(frame({ t: "au", pts: 1_795_000_000_123, key: true, seq: 7 }, [0, 0, 1, 9]));
    expect(made?.meta).toEqual({ t: "au", pts: 1_795_000_000_123, key: true, seq: 7 });
    expect([...(made?.payload ?? [])]).toEqual([0, 0, 1, 9]);
  });
  it("passes over kinds it does not draw", () => {
    expect(unframe(frame({ t: "zones", version: 1, zones: [] }))).toBeNull();
  });
  it.each([
    ["too short", new ArrayBuffer(3)],
    ["a length beyond the message", Uint8Array.from([0, 0, 0, 99, 1]).buffer],
    ["a huge length", Uint8Array.from([0xff, 0xff, 0xff, 0xff, 1]).buffer],
    ["no map", frame([1, 2])],
    ["no kind", frame({ pts: 1 })],
  ])("refuses %s", (_name, message) => {
    expect(() => unframe(message)).toThrow();
  });
  it("never fails but by throwing an Error, whatever comes", () => {
    let seed = 7;
    for (let round = 0; round < 2000; round++) {
      const bytes = Uint8Array.from({ length: round % 40 }, () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) & 255);
      bytes.set([0, 0, 0].slice(0, bytes.length));
      try {
        unframe(bytes.buffer);
      } catch (fault) {
        expect(fault).toBeInstanceOf(Error);
      }
    }
  });
});
