/** What this browser remembers of its user: language, theme, sound, boxes, layout. */
import { computed, effect, signal, type Signal } from "@preact/signals";
import type { Language } from "./format";
import { LAYOUTS, type Layout } from "./wall";
import { en } from "./words/en";
import { ko, type Words } from "./words/ko";

export type Theme = "dark" | "light" | "system";

function remembered<T extends string | number | boolean>(key: string, fallback: T, allowed: readonly T[]): Signal<T> {
  const name = `cctv.${key}`;
  const stored = localStorage.getItem(name);
  const value = signal(allowed.find((option) => String(option) === stored) ?? fallback);
  effect(() => localStorage.setItem(name, String(value.value)));
  return value;
}

const browserLanguage: Language = navigator.language.startsWith("ko") ? "ko" : "en";
export const language = remembered<Language>("language", browserLanguage, ["ko", "en"]);
export const theme = remembered<Theme>("theme", "dark", ["dark", "light", "system"]);
export const soundWanted = remembered("sound", true, [true, false]);
/** Alarms on the desktop: off until a person switches it on. */
export const noticesWanted = remembered("notices", false, [true, false]);
export const boxesWanted = remembered("boxes", true, [true, false]);
/** What else is drawn over live pictures. */
export const namesWanted = remembered("names", true, [true, false]);
export const agesWanted = remembered("ages", true, [true, false]);
export const zonesWanted = remembered("zones", true, [true, false]);
export const masksWanted = remembered("masks", false, [true, false]);
export const figuresWanted = remembered("figures", false, [true, false]);
export const drawerWanted = remembered("drawer", true, [true, false]);
export const layout = remembered<Layout>("layout", 0, LAYOUTS);
export const previewsMove = remembered("previews", true, [true, false]);

/** The saved layout that the wall shows where its address names none; empty: all cameras. */
export const wallLayout = signal(localStorage.getItem("cctv.wall") ?? "");
effect(() => localStorage.setItem("cctv.wall", wallLayout.value));

export const words = computed<Words>(() => (language.value === "ko" ? ko : en));

const systemLight = matchMedia("(prefers-color-scheme: light)");
const light = signal(systemLight.matches);
systemLight.addEventListener("change", (event) => (light.value = event.matches));

/** Keep the document's language and theme as chosen. */
export function applyPreferences(): void {
  effect(() => {
    document.documentElement.lang = language.value;
  });
  effect(() => {
    const chosen = theme.value === "system" ? (light.value ? "light" : "dark") : theme.value;
    document.documentElement.dataset["theme"] = chosen;
  });
}
