import { beforeAll, describe, expect, it, vi } from "vitest";
import type { Rule, Rules, Session } from "./types";

describe("what is shown", () => {
  beforeAll(() => {
    vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
    vi.stubGlobal("navigator", { language: "en" });
    vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
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
