/** What a browser calls itself, in two words. */

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/Edg\//, "Edge"],
  [/OPR\//, "Opera"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/Whale\//, "Whale"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrome\/|CriOS\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
];

/** `Firefox · Windows`; what it is itself where nobody knows it. */
export function agentName(agent: string): string {
  const find = (known: typeof BROWSERS): string => known.find(([form]) => form.test(agent))?.[1] ?? "";
  const browser = find(BROWSERS);
  return browser ? [browser, find(SYSTEMS)].filter(Boolean).join(" · ") : agent.slice(0, 60);
}
