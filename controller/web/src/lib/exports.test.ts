import { describe, expect, it } from "vitest";
import type { Export } from "../api/types";
import { isOpen, share, spansOf } from "./exports";
import { fieldTime } from "./format";

const NOW_MS = 1_772_352_000_000;
const one = (given: Partial<Export>): Export => ({
  id: "1", spans: [], alarms: [], why: "", who: "kim", state: "running", reason: "", bytes_total: 200, bytes_done: 50, destination: null, bytes_to_send: 0, bytes_sent: 0, sent_at: null, language: "en", form: "films", created_at: "", changed_at: "", ...given,
});

describe("exports", () => {
  it("reads what a field holds as the same moment", () => {
    expect(spansOf(["a.b", "a.c"], fieldTime(NOW_MS - 60_000), fieldTime(NOW_MS), NOW_MS)).toEqual([
      { camera: "a.b", start_ms: NOW_MS - 60_000, end_ms: NOW_MS },
      { camera: "a.c", start_ms: NOW_MS - 60_000, end_ms: NOW_MS },
    ]);
  });
  it.each([
    [NOW_MS, NOW_MS],
    [NOW_MS, NOW_MS - 1000],
    [NOW_MS, NOW_MS + 1000],
  ])("asks for no span from %d to %d", (from, to) => {
    expect(spansOf(["a.b"], fieldTime(from), fieldTime(to), NOW_MS)).toBeNull();
  });
  it("asks for nothing where a field is empty", () => {
    expect(spansOf(["a.b"], "", fieldTime(NOW_MS), NOW_MS)).toBeNull();
  });
  it("tells how far it is only once that is known", () => {
    expect(share(one({}))).toBe(0.25);
    expect(share(one({ bytes_total: 0 }))).toBeNull();
    expect(share(one({ bytes_done: 900 }))).toBe(1);
    expect(share(one({ bytes_done: 200, bytes_to_send: 300, bytes_sent: 30 }))).toBe(0.1);
  });
  it("knows what may still change", () => {
    expect((["waiting", "retrieving", "running", "sending", "done", "failed", "cancelled"] as const).filter((state) => isOpen(one({ state })))).toEqual(["waiting", "retrieving", "running", "sending"]);
  });
});
