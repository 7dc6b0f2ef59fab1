import { describe, expect, it } from "vitest";
import { addressOf, FIELDS, freeName, isName, KINDS, type Kind } from "./address";

describe("addressOf", () => {
  it.each<[Kind, Parameters<typeof addressOf>[1], string]>([
    ["mail", { server: "smtp.a.kr", port: "465", user: "me@a.kr", password: "p/w:1", from: "cctv@a.kr", to: "kim@a.kr, lee@a.kr" }, "mailtos://me%40a.kr:p%2Fw%3A1@smtp.a.kr:465?from=cctv%40a.kr&to=kim%40a.kr%2Clee%40a.kr"],
    ["mail", { server: "smtp.a.kr", from: "cctv@a.kr", to: "kim@a.kr" }, "mailtos://smtp.a.kr?from=cctv%40a.kr&to=kim%40a.kr"],
    ["telegram", { token: " 123:abc ", chat: "-10055" }, "tgram://123:abc/-10055"],
    ["kakaotalk", { client: "c1", refresh: "r1", secret: "s1" }, "kakaotalk://s1@c1/r1"],
    ["slack", { hook: "https://hooks.slack.com/services/T1/B1/x9" }, "slack://T1/B1/x9"],
    ["ntfy", { topic: "alarms" }, "ntfys://ntfy.sh/alarms"],
    ["ntfy", { host: "http://10.0.0.5:8080/", topic: "a b", user: "u", password: "p" }, "ntfy://u:p@10.0.0.5:8080/a%20b"],
    ["webhook", { url: "https://a.kr/hook?x=1" }, "https://a.kr/hook?x=1"],
    ["other", { address: "line://t/u" }, "line://t/u"],
  ])("%s", (kind, given, address) => {
    expect(addressOf(kind, given)).toEqual({ ok: true, address });
  });
  it.each<[Kind, Parameters<typeof addressOf>[1], string, string]>([
    ["mail", { server: "s", port: "0", from: "a@b", to: "c@d" }, "port", "port"],
    ["mail", { server: "s", port: "1e3", from: "a@b", to: "c@d" }, "port", "port"],
    ["mail", { server: "s", from: "me", to: "c@d" }, "from", "mail"],
    ["mail", { server: "s", from: "a@b", to: "c@d, e" }, "to", "mail"],
    ["slack", { hook: "https://hooks.slack.com/services/T1" }, "hook", "hook"],
    ["webhook", { url: "a.kr/hook" }, "url", "url"],
  ])("tells what is wrong with %s", (kind, given, field, fault) => {
    expect(addressOf(kind, given)).toEqual({ ok: false, field, fault });
  });
  it.each(KINDS)("asks for what %s needs, the first field first", (kind) => {
    const first = FIELDS[kind].find((field) => !field.optional);
    expect(addressOf(kind, {})).toEqual({ ok: false, field: first?.name, fault: "needed" });
  });
});

describe("names", () => {
  it("finds one that is free", () => {
    expect([freeName("telegram", []), freeName("telegram", ["telegram", "telegram-2"]), freeName("other", [])]).toEqual(["telegram", "telegram-3", "channel"]);
  });
  it("knows what a name may be", () => {
    expect(["a", "desk-2", "A", "-a", "a-", "", "a".repeat(33), "한"].map(isName)).toEqual([true, true, false, false, false, false, false, false]);
  });
});
