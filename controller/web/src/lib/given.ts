/** Names that the demo gave its rules, in the language of who looks; what a person wrote stays as it was written. */
import type { Language } from "./format";

const KOREAN = new Map([
  ["Danger zone entry", "위험구역 출입"],
  ["Danger zone", "위험구역"],
  ["Helmet missing", "안전모 미착용"],
  ["Person seen", "사람 감지"],
  [
    "Rules on Occupational Safety and Health Standards (Korea), Article 20, no entry: to be confirmed by the site",
    "산업안전보건기준에 관한 규칙 제20조(출입의 금지 등): 현장 확인 필요",
  ],
  [
    "Rules on Occupational Safety and Health Standards (Korea), Article 32, protective equipment: to be confirmed by the site",
    "산업안전보건기준에 관한 규칙 제32조(보호구의 지급 등): 현장 확인 필요",
  ],
]);

/** A name of the demo's in this language, with the place in brackets that may follow it; any other text as it is. */
export function given(text: string, language: Language): string {
  if (language !== "ko") return text;
  const place = / \([a-z0-9-]+\)$/.exec(text)?.[0] ?? "";
  const name = KOREAN.get(text.slice(0, text.length - place.length));
  return name === undefined ? text : name + place;
}

interface Named {
  zone_name: string | null;
  regulation: string;
  regulation_texts?: Record<string, string> | null;
}

/** The same alarm or rule with its regulation, and in the demo its names, in this language. */
export function inLanguage<T extends Named>(one: T, language: Language, demo: boolean): T {
  const texts = one.regulation_texts ?? {};
  const law = texts[language] ?? Object.values(texts)[0];
  if (language !== "ko" || !demo) return law ? { ...one, regulation: law } : one;
  const told = { ...one, zone_name: one.zone_name && given(one.zone_name, language), regulation: law ?? given(one.regulation, language) };
  if ("rule_name" in told && typeof told.rule_name === "string") told.rule_name = given(told.rule_name, language);
  if ("name" in told && typeof told.name === "string") told.name = given(told.name, language);
  return told;
}
