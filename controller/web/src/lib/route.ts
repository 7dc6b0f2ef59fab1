/** Reads and writes the address after `#`: a page, what is selected there, and its filters. */

export const PAGES = ["wall", "alarms", "timeline", "search", "reports", "exports", "rules", "site", "settings", "login"] as const;
export type PageName = (typeof PAGES)[number];
export interface Route {
  page: PageName;
  query: Readonly<Record<string, string>>;
}

/** The route of a location hash; an unknown page is the wall. */
export function parseRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  const page = PAGES.find((name) => name === path.split("/")[0]) ?? "wall";
  return { page, query: Object.fromEntries(new URLSearchParams(search)) };
}

/** The hash of a route; empty values are left out. */
export function formatRoute(page: PageName, query: Readonly<Record<string, string | undefined>> = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value) search.set(key, value);
  const text = search.toString();
  return `#/${page}${text ? `?${text}` : ""}`;
}
