/** Writes times, ages, sizes and shares the same way everywhere, with the language's own words. */

import { local } from "./zone";

export type Language = "ko" | "en";
const LOCALE: Readonly<Record<Language, string>> = { ko: "ko-KR", en: "en-GB" };

const pad = (value: number, width = 2): string => String(value).padStart(width, "0");

/** The site's wall clock, `14:03:09`. */
export function clockTime(at_ms: number): string {
  const { hour, minute, second } = local(at_ms);
  return `${pad(hour)}:${pad(minute)}:${pad(second)}`;
}

/** The site's wall clock with milliseconds, for stepping through frames. */
export const preciseTime = (at_ms: number): string => `${clockTime(at_ms)}.${pad(new Date(at_ms).getMilliseconds(), 3)}`;

/** The site's date and time, `2026-11-20 14:03:09`. */
export function dateTime(at_ms: number): string {
  const { year, month, day } = local(at_ms);
  return `${year}-${pad(month)}-${pad(day)} ${clockTime(at_ms)}`;
}

/** The value of a field for a date and time of the site, `2026-11-20T14:03:09`. */
export const fieldTime = (at_ms: number): string => dateTime(at_ms).replace(" ", "T");

/** Date, hour and minute, `2026-11-20 14:03`; of the same day as `now_ms` the hour and minute alone. */
export function moment(at_ms: number, now_ms: number): string {
  const text = dateTime(at_ms).slice(0, 16);
  return text.slice(0, 10) === dateTime(now_ms).slice(0, 10) ? text.slice(11) : text;
}

/** A length of time, `0:08` or `1:02:03`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const rest = `${pad(Math.floor(seconds / 60) % 60, seconds >= 3600 ? 2 : 1)}:${pad(seconds % 60)}`;
  return seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${rest}` : rest;
}

const UNITS: Readonly<Record<Language, readonly [string, string, string, string]>> = { ko: ["일", "시간", "분", "초"], en: [" d", " h", " min", " s"] };

/** A length of time in words, the two largest units: `1분 20초`, `2 h 5 min`. */
export function spell(ms: number, language: Language): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const first = parts.findIndex((part) => part > 0);
  if (first < 0) return `0${UNITS[language][3]}`;
  const told = parts.flatMap((part, place) => (part > 0 && place >= first && place < first + 2 ? [`${part}${UNITS[language][place]}`] : []));
  return told.join(" ");
}

/** How long ago, in one unit. */
export function age(ms: number, language: Language): string {
  const format = new Intl.RelativeTimeFormat(LOCALE[language], { style: "narrow", numeric: "auto" });
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return format.format(-seconds, "second");
  if (seconds < 3600) return format.format(-Math.floor(seconds / 60), "minute");
  if (seconds < 86_400) return format.format(-Math.floor(seconds / 3600), "hour");
  return format.format(-Math.floor(seconds / 86_400), "day");
}

/** Bytes with a binary unit, `1.4 GiB`. */
export function bytes(value: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let amount = value;
  let unit = 0;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${unit === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${units[unit]}`;
}

/** A share of 1 as whole per cent. */
export const percent = (share: number): string => `${Math.round(share * 100)}%`;

/** An inference provider by the part that tells: `CPU`, `CUDA`, `TensorRT`. */
export const providerName = (provider: string): string => provider.replace(/ExecutionProvider$/, "").replace(/^Tensorrt$/, "TensorRT") || "—";

/** Seconds of live delay: `0.2 s`, `12 s`. */
export const delay = (ms: number): string => (ms < 9950 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`);
