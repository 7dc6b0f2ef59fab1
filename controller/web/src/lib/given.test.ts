import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { given, inLanguage } from "./given";

describe("given", () => {
  it("says the demo's names in Korean, with the place that follows", () => {
    expect(given("Danger zone entry (yard)", "ko")).toBe("위험구역 출입 (yard)");
    expect(given("Helmet missing", "ko")).toBe("안전모 미착용");
    expect(given("Helmet missing", "en")).toBe("Helmet missing");
  });
  it("leaves what a person wrote", () => {
    for (const text of ["Helmet missing!", "야적장", "Lawn (yard)", ""]) expect(given(text, "ko")).toBe(text);
  });
  it("knows every name that the demo gives", () => {
    const source = readFileSync(new URL("../../../core/demo_rules.py", import.meta.url), "utf8");
    const part = (name: string): string => new RegExp(`^${name} = f?"([^"]+)"`, "m").exec(source)?.[1] ?? "";
    const law = (name: string): string => part(name).replace("{_LAW}", part("_LAW")).replace("{_CONFIRM}", part("_CONFIRM"));
    const told = [...source.matchAll(/"(?:name|zone_name)": f?"([^"{]+)/g)].map((found) => (found[1] ?? "").replace(/ \($/, ""));
    const names = [...told, law("REGULATION_ENTRY"), law("REGULATION_EQUIPMENT")];
    expect(names.length).toBe(6);
    for (const name of names) expect(given(name, "ko"), name).toMatch(/[가-힣]/);
  });
});

describe("inLanguage", () => {
  it("turns an alarm and a rule", () => {
    const alarm = { rule_name: "Helmet missing", zone_name: "Danger zone", regulation: "", other: 1 };
    expect(inLanguage(alarm, "ko", true)).toEqual({ rule_name: "안전모 미착용", zone_name: "위험구역", regulation: "", other: 1 });
    expect(inLanguage({ name: "Person seen", zone_name: null, regulation: "" }, "ko", true).name).toBe("사람 감지");
    expect(inLanguage(alarm, "en", true)).toBe(alarm);
  });
  it("tells a regulation that is named by its id in words, on every site", () => {
    const rule = { name: "Helmet missing", zone_name: null, regulation: "kr-32", regulation_texts: { ko: "제32조", en: "Article 32" } };
    expect(inLanguage(rule, "en", false)).toEqual({ ...rule, regulation: "Article 32" });
    expect(inLanguage(rule, "ko", false)).toEqual({ ...rule, regulation: "제32조" });
    expect(inLanguage({ ...rule, regulation_texts: { ko: "제32조" } }, "en", false).regulation).toBe("제32조");
    expect(inLanguage({ ...rule, regulation_texts: null }, "ko", false).regulation).toBe("kr-32");
  });
});
