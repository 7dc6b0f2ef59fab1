import { describe, expect, it } from "vitest";
import { answerOf, isLoud, kept, readable } from "./nodeAnswer";
import { en } from "./words/en";
import { setZone } from "./zone";

const w = en.fleet.tools;
const yes = (result: Record<string, unknown> | null) => ({ ok: true as const, data: { ok: true, reason: "", result } });
const problem = (status: number) => ({ ok: false as const, problem: { type: "about:blank", title: "", status, detail: "", field: null, said: null } });

describe("a node's answer", () => {
  it("is said in words", () => {
    expect(answerOf(yes(null), w, () => "").text).toBe(w.done);
    expect(answerOf({ ok: true, data: { ok: false, reason: "not allowed", result: null } }, w, () => "")).toEqual({ text: "The node says no: not allowed", bad: true });
    expect(answerOf(yes({ installed: "1.0" }), w, () => "").text).toBe("1.0 is installed. The node has no package index.");
    expect(answerOf(yes({ installed: "1.0", offered: "1.1", newer: true }), w, () => "").text).toContain("1.1 is on offer");
    expect(answerOf(yes({ installed: "1.0", offered: null, newer: false }), w, () => "").text).toBe("1.0 is installed, and is the newest.");
    expect(answerOf(problem(504), w, () => "fault").text).toBe(w.silent);
    expect(answerOf(problem(403), w, () => "fault")).toEqual({ text: "fault", bad: true });
  });
});

describe("a node's log", () => {
  it("keeps the newest lines and shows what is wrong", () => {
    expect(kept(["a", "b"], ["c"], 2)).toEqual(["b", "c"]);
    const line = '{"event": "disk slow", "level": "warning", "camera": "n1.a", "ms": 5, "timestamp": "2026-03-01T08:00:09.123456Z"}';
    expect([isLoud(line), isLoud('{"level": "info"}'), isLoud("2026 [error    ] broke"), isLoud("plain")]).toEqual([true, false, true, false]);
    setZone("Asia/Seoul");
    expect(readable(line)).toBe("17:00:09.123 warning disk slow camera=n1.a ms=5");
    expect(readable("plain text")).toBe("plain text");
  });
});
