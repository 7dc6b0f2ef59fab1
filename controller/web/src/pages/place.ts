/** Where the user is, and what time it is: the two signals that pages watch besides the store. */
import { signal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { serverNow_ms } from "../api/client";
import { isUnsaved } from "../lib/unsaved";
import { formatRoute, parseRoute, type PageName, type Route } from "../lib/route";

export const route = signal<Route>(parseRoute(location.hash));
/** Where somebody wants to go while changes are not saved; null while nobody does. */
export const leaving = signal<Route | null>(null);

const isHere = (next: Route): boolean => formatRoute(next.page, next.query) === formatRoute(route.value.page, route.value.query);

addEventListener("hashchange", () => {
  const next = parseRoute(location.hash);
  if (isHere(next) || !isUnsaved()) {
    leaving.value = null;
    route.value = next;
  } else leaving.value = next;
});

/** Go where somebody wanted to go. */
export function leave(): void {
  const next = leaving.value;
  leaving.value = null;
  if (next) route.value = next;
}

/** Stay here: the address says so again. */
export function stay(): void {
  if (!leaving.value) return;
  leaving.value = null;
  history.pushState(null, "", formatRoute(route.value.page, route.value.query));
}

/** Server time, renewed once a second for ages and clocks. */
export const now_ms = signal(serverNow_ms());
setInterval(() => (now_ms.value = serverNow_ms()), 1000);

/** Go to a page; with `replace` the way back does not lead here. */
export function go(page: PageName, query: Readonly<Record<string, string | undefined>> = {}, replace = false): void {
  const hash = formatRoute(page, query);
  if (replace) {
    history.replaceState(null, "", hash);
    route.value = parseRoute(hash);
  } else location.hash = hash;
}

/** Show a page from its top, however far down the one before was; again whenever `what` is another. */
export function useTop(what: string): void {
  useLayoutEffect(() => document.getElementById("main")?.scrollTo(0, 0), [what]);
}
