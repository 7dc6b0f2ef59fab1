/** The endpoints of evidence holds. */
import { call } from "./client";
import { proven } from "./proof";
import type { Hold, HoldPage } from "./types";

const at = (id: string): string => encodeURIComponent(id);

export interface HoldSpan {
  camera: string;
  start_ms: number;
  end_ms: number;
}
export const getHolds = (cursor: string | null) => call<HoldPage>("GET", `/holds?limit=20${cursor ? `&cursor=${at(cursor)}` : ""}`);
export const getHoldsOver = (span: HoldSpan) =>
  call<HoldPage>("GET", `/holds?limit=20&camera=${at(span.camera)}&from=${Math.floor(span.start_ms)}&to=${Math.ceil(span.end_ms)}`);
export const addHold = (span: HoldSpan, reason: string, lock: boolean) => call<Hold>("POST", "/holds", { ...span, reason, lock });
export const holdAlarm = (alarm: string, reason: string, lock: boolean) => call<Hold[]>("POST", `/holds/alarms/${at(alarm)}`, { reason, lock });
export const askRelease = (id: string, reason: string) => proven(() => call<Hold>("POST", `/holds/${at(id)}/release-request`, { reason }));
export const withdrawRelease = (id: string) => call<Hold>("DELETE", `/holds/${at(id)}/release-request`);
export const releaseHold = (id: string) => proven(() => call<Hold>("POST", `/holds/${at(id)}/release`, {}));
