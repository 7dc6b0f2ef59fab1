import { describe, expect, it } from "vitest";
import type { Node } from "../api/types";
import { faceOf, figuresAge_ms, isStale, ringDepth_s, skew, sorted, type Order } from "./fleet";

const NOW = Date.parse("2026-03-01T08:00:00Z");
const node = (id: string, health: object | null, change: object = {}): Node =>
  ({ id, state: "online", version: "1.0", last_seen_at: "2026-03-01T07:59:55Z", cameras: [`${id}.a`], health, ...change }) as unknown as Node;
const names = (nodes: readonly Node[]): string => nodes.map((one) => one.id).join();

describe("fleet", () => {
  it("puts what is worse first, and what is not known last", () => {
    const nodes = [
      node("a", { temperature_c: 50, clock_offset_ms: -900, outbox_facts: 0, outbox_oldest_s: 99, cameras: [{ ring_s: 900 }], disk_free_bytes: 5, written_bytes_day: 1 }),
      node("b", { temperature_c: 70, clock_offset_ms: 20, outbox_facts: 3, outbox_oldest_s: 8, cameras: [{ ring_s: 1800 }, { ring_s: 60 }], disk_free_bytes: 9, written_bytes_day: 8 }, { version: "0.9" }),
      node("c", null, { last_seen_at: null }),
    ];
    const by = (order: Order): string => names(sorted(nodes, order, new Map([["c", 2]]), NOW));
    expect(by("trouble")).toBe("c,a,b");
    expect(by("name")).toBe("a,b,c");
    expect(by("temperature")).toBe("b,a,c");
    expect(by("ring")).toBe("b,a,c");
    expect(by("outbox")).toBe("b,a,c");
    expect(by("clock")).toBe("a,b,c");
    expect(by("disk")).toBe("a,b,c");
    expect(by("written")).toBe("b,a,c");
    expect(by("version")).toBe("b,a,c");
  });
  it("says which way a version is away from the controller's", () => {
    expect(["0.2.0", "0.1.9", "0.10", "0.2", "", "dev", "0.2.0rc1"].map((one) => skew(one, "0.2.0"))).toEqual(["", "older", "newer", "", "", "", ""]);
    expect(skew("0.2.0", "")).toBe("");
  });
  it("knows what was from what is", () => {
    const fresh = node("a", { cameras: [] });
    expect([isStale(fresh, NOW), figuresAge_ms(fresh, NOW)]).toEqual([false, 5000]);
    expect(isStale(fresh, NOW + 60_000)).toBe(true);
    expect(isStale(node("a", { cameras: [] }, { state: "offline" }), NOW)).toBe(true);
    expect(figuresAge_ms(node("a", null), NOW)).toBeNull();
    expect(ringDepth_s({ cameras: [] } as never)).toBeNull();
  });
  it("shows a camera that is live", () => {
    const cameras = [{ id: "b.x", state: "live" }, { id: "a.a", state: "away" }, { id: "a.b", state: "live" }];
    expect(faceOf(node("a", null, { cameras: ["a.a", "a.b"] }), cameras)).toBe("a.b");
    expect(faceOf(node("a", null, { cameras: ["a.a"] }), cameras)).toBe("a.a");
    expect(faceOf(node("a", null, { cameras: [] }), cameras)).toBeNull();
  });
});
