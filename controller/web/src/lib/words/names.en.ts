/** English names of what is seen, and of where, with their articles. */
const article = (name: string): string => (/^[aeiou]/.test(name) ? `an ${name}` : `a ${name}`);
const classes: Record<string, string> = { vest: "safety vest", harness: "safety harness" };
export const className = (name: string): string => classes[name] ?? name;
const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
export const any = (names: readonly string[]): string =>
  upper(article(names.map(className).join(" or ") || "person"));
export const list = (names: readonly string[]): string => names.map((name) => article(className(name))).join(" and ");
export const zone = (name: string | null): string => (name ? `“${name}”` : "the picture");
