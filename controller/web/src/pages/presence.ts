/** Alarms make themselves known wherever the user is: in the window's title, in its icon, on the desktop. */
import { effect } from "@preact/signals";
import { feed } from "../api/feed";
import * as store from "../api/store";
import { badge } from "../lib/badge";
import { notice } from "../lib/notices";
import { noticesWanted, words } from "../lib/preferences";
import { placeOf, titleOf } from "../lib/reason";
import { go } from "./place";

/** The window's title: how many wait, and whether that is known at all. */
function title(): string {
  const state = store.session.value;
  const name = state.kind === "in" ? `${state.session.site} · SHT-CCTV` : "SHT-CCTV";
  const waiting = store.unacknowledged.value.length;
  const offline = state.kind === "in" && feed.value.kind === "off" ? `${words.value.presence.offline} · ` : "";
  return `${waiting > 0 ? `(${waiting}) ` : ""}${offline}${name}`;
}

/** Begin, once for the life of the page. */
export function makeKnown(): void {
  effect(() => {
    document.title = title();
  });
  effect(() => {
    void badge(store.unacknowledged.value.length, store.headline.value?.severity ?? null);
  });
  effect(() => {
    const alarm = store.arrivals.value;
    if (!alarm || !noticesWanted.peek() || document.hasFocus()) return;
    const w = words.peek();
    const shown = store.shownAlarm(alarm);
    const place = placeOf(shown, store.cameraNames.peek(), w);
    notice(`${w.severity[shown.severity]} · ${titleOf(shown, w)}`, place, alarm.id, () => go("alarms", { id: alarm.id }));
  });
}
