/** What is foretold of the store, in words; days are rounded down, for a bound comes sooner rather than later. */
import type { Storage } from "../api/fleetCalls";
import { bytes } from "./format";
import type { Trouble } from "./troubles";
import type { Words } from "./words/ko";

/** Days to a tenth below ten, whole above. */
export const dayCount = (days: number): string => (days < 10 ? (Math.floor(days * 10) / 10).toString() : String(Math.floor(days)));

/** The forecast as a sentence, and whether somebody should do something. */
export function outlook(storage: Pick<Storage, "forecast" | "retention_days">, w: Words["fleet"]["storage"]): { text: string; bad: boolean } {
  const { forecast, retention_days } = storage;
  const days = dayCount(forecast.full_in_days ?? 0);
  const keeps = dayCount(forecast.keeps_days ?? 0);
  switch (forecast.outlook) {
    case "young":
      return { text: w.outlook.young, bad: false };
    case "fills":
      return { text: w.outlook.fills(days), bad: true };
    case "shortens":
      return forecast.full_in_days === 0
        ? { text: w.outlook.shortened(keeps, retention_days), bad: (forecast.keeps_days ?? 0) < retention_days }
        : { text: w.outlook.shortens(days, keeps, retention_days), bad: true };
    case "levels":
      return { text: w.outlook.levels(bytes(forecast.level_bytes ?? 0)), bad: false };
    case "unbounded":
      return { text: w.outlook.unbounded(bytes(forecast.level_bytes ?? 0)), bad: false };
  }
}

const GRAVE_DAYS = 2;

/** The store as a trouble of the site, where its bound is near; `least_days`: full in fewer is trouble. */
export function storeTrouble(storage: Storage, least_days: number, w: Words): Trouble[] {
  const { forecast } = storage;
  const { text, bad } = outlook(storage, w.fleet.storage);
  if (!bad || forecast.full_in_days === null || forecast.full_in_days >= least_days) return [];
  const grave = forecast.outlook === "fills" && forecast.full_in_days < GRAVE_DAYS;
  return [{ key: "store", subject: w.fleet.storage.title, remedy: "store", grave, detail: text, said: null, bound: "" }];
}
