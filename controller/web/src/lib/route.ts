/** Reads and writes the address after `#`: a page, what is selected there, and its filters. */

export const PAGES = ["wall", "alarms", "timeline", "search", "reports", "exports", "rules", "site", "settings", "login"] as const;
export type PageName = (typeof PAGES)[number];
export interface Route {
  page: PageName;
  query: Readonly<Record<string, string>>;
  /** The page that the address names, where there is none of that name. */
  unknown?: string;
}
/** Parts of pages that people take for pages. */
const NEAREST: Readonly<Record<string, readonly [PageName, Readonly<Record<string, string>>]>> = {
  live: ["wall", {}],
  review: ["alarms", { view: "review" }],
  storage: ["site", { view: "storage" }],
  cameras: ["site", {}],
  people: ["settings", { view: "people" }],
  messages: ["settings", { view: "messages" }],
  audit: ["settings", { view: "audit" }],
};

/** The route of a location hash; an unknown page is the nearest one, else the wall. */
export function parseRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  const asked = path.split("/")[0] ?? "";
  const query = Object.fromEntries(new URLSearchParams(search));
  const page = PAGES.find((name) => name === asked);
  if (page) return { page, query };
  if (!asked) return { page: "wall", query };
  const [nearest, part] = (Object.hasOwn(NEAREST, asked) && NEAREST[asked]) || (["wall", {}] as const);
  return { page: nearest, query: { ...part, ...query }, unknown: asked };
}

/** The hash of a route; empty values are left out. */
export function formatRoute(page: PageName, query: Readonly<Record<string, string | undefined>> = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value) search.set(key, value);
  const text = search.toString();
  return `#/${page}${text ? `?${text}` : ""}`;
}
