import { beforeAll, describe, expect, it, vi } from "vitest";
import type { Alarm, Rule, Rules, Session } from "./types";

describe("what is shown", () => {
  beforeAll(() => {
    vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
    vi.stubGlobal("navigator", { language: "en" });
    vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
  });
  it("forgets alarms that are open no more, and with the session all that was known", async () => {
    const store = await import("./store");
    const alarm = { id: "a", number: 1, state: "raised", rev: 1, severity: "high", camera: "n.a", cameras: ["n.a"], raised_at: "2026-01-01T00:00:00Z" };
    let open: unknown[] = [alarm];
    const answer = (url: string): unknown => (url.includes("/alarms") ? { items: open, next: null, open_total: open.length } : { items: [], rules: [] });
    vi.stubGlobal("fetch", (url: string) => Promise.resolve(new Response(JSON.stringify(answer(url)))));
    await store.refresh();
    expect(store.headline.value?.id).toBe("a");
    open = [];
    await store.refresh();
    expect([store.headline.value, store.openAlarms.value.length]).toEqual([null, 0]);
    store.openTotal.value = 3;
    store.zoneCounts.value = new Map([["n.a", {} as never]]);
    store.arrivals.value = alarm as unknown as Alarm;
    store.signOut(false);
    expect([store.openTotal.value, store.zoneCounts.value.size, store.arrivals.value]).toEqual([0, 0, null]);
  });
  it.each([false, true])("tells regulations in the language of who looks (demo: %s)", async (demo) => {
    const store = await import("./store");
    const { language } = await import("../lib/preferences");
    const rule = { id: "r", name: "hats", regulation: "kr-32", zone_name: null, regulation_texts: { ko: "제32조", en: "Article 32" } };
    store.session.value = { kind: "in", session: { demo } as Session };
    store.rules.value = { version: 1, rules: [rule as unknown as Rule] } as Rules;
    language.value = "en";
    expect(store.shownRules.value[0]?.regulation).toBe("Article 32");
    language.value = "ko";
    expect(store.shownRules.value[0]?.regulation).toBe("제32조");
    expect(store.rules.value.rules[0]?.regulation).toBe("kr-32");
  });
});
