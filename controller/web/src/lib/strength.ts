/** How good a password is, as far as a page can tell before the server has looked at it. */

export type Strength = "short" | "weak" | "fair" | "good";

/** `least`: how many characters the server asks for. */
export function strengthOf(password: string, least: number): { strength: Strength; missing: number } {
  const signs = [...password.normalize("NFC")];
  const missing = Math.max(0, least - signs.length);
  if (missing > 0) return { strength: "short", missing };
  const varied = new Set(signs.map((sign) => sign.toLowerCase())).size;
  const strength = varied < 5 ? "weak" : varied < 8 || signs.length < least + 3 ? "fair" : "good";
  return { strength, missing };
}
