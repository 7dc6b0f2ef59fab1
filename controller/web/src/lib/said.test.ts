import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Said } from "../api/types";
import { sentence } from "./said";
import { en } from "./words/en";
import { ko } from "./words/ko";

const english = JSON.parse(readFileSync(new URL("../../../../docs/reference/texts.json", import.meta.url), "utf-8")) as Record<string, string>;
const holes = (text: string): string[] => [...text.matchAll(/{(\w+)[^}]*}/g)].map((found) => String(found[1])).sort();

describe.each([["ko", ko], ["en", en]] as const)("what the server can say, in %s", (_name, words) => {
  it("has words for every code, and for no other", () => expect(Object.keys(words.server).sort()).toEqual(Object.keys(english).sort()));
  it.each(Object.entries(english))("says %s with the server's parameters only", (code, text) => {
    for (const hole of holes(words.server[code as Said["code"]])) expect(holes(text)).toContain(hole);
  });
});

describe("sentence", () => {
  const said = (code: string, params: Said["params"] = {}): Said => ({ code, params }) as Said;
  it("fills in the parameters", () => {
    const given = said("jobs_wait", { jobs: 3, oldest_s: 487 });
    expect(sentence(given, "x", ko)).toBe("대기 중인 검증 3건, 가장 오래된 것 8분 7초.");
    expect(sentence(given, "x", en)).toBe("Verifications that wait: 3, the oldest for 8 min 7 s.");
  });
  it("words the reason within a sentence in the same language", () => {
    const dead = said("alarm_channel_dead", { name: "siren", why: "the receiver answered 404", why_code: "send_answered", status: "404" });
    expect(sentence(dead, "x", ko)).toContain("전달되지 않습니다(받는 서버가 거절했습니다(응답 404)).");
    expect(sentence(dead, "x", en)).toContain("(The receiver answered 404)");
    for (const why_code of ["from_tomorrow", "toString"]) expect(sentence(said("alarm_channel_dead", { name: "siren", why: "odd", why_code }), "x", ko)).toContain("(odd)");
  });
  it("calls a role by its name", () => {
    expect(sentence(said("needs_role", { role: "admin" }), "x", ko)).toBe("이 작업에는 관리자 권한이 필요합니다.");
  });
  it("takes a parameter for text, whatever it holds", () => {
    expect(sentence(said("not_text"), "x", ko)).not.toContain("{");
    expect(sentence(said("name_taken", { name: "{name} $& $1" }), "x", en)).toBe("The name “{name} $& $1” is taken.");
  });
  it.each(["from_tomorrow", "toString", "__proto__"])("falls back to the server's English for %s", (code) => {
    expect(sentence(said(code), "the English", ko)).toBe("the English");
  });
  it("shows text without a code as it is", () => expect(sentence(null, "plain", ko)).toBe("plain"));
});
