/** The endpoints of the review. */
import { API, call } from "./client";
import type { AlarmActs, Assessment, ReviewDays, ReviewPage } from "./types";

export const getReview = (params: URLSearchParams) => call<ReviewPage>("GET", `/review?${params.toString()}`);
export const getReviewDays = (params: URLSearchParams) => call<ReviewDays>("GET", `/review/days?${params.toString()}`);
export const markReviewed = (subjects: readonly string[], reviewed: boolean) => call<{ changed: string[] }>("POST", "/review/marks", { subjects, reviewed });

/** One deed on several alarms, each as it was seen. */
export type ManyDeed = { verb: "acknowledge"; note: string } | { verb: "resolve"; assessment: Assessment; note: string };
export const actOnAll = (deed: ManyDeed, alarms: readonly { id: string; rev: number }[]) => call<AlarmActs>("POST", "/alarms/acts", { ...deed, alarms });

export const previewUrl = (camera: string, from_ms: number, to_ms: number): string =>
  `${API}/recordings/preview.jpg?camera=${encodeURIComponent(camera)}&from_ms=${Math.round(from_ms)}&to_ms=${Math.round(to_ms)}`;
export const eventClipUrl = (id: string): string => `${API}/events/${encodeURIComponent(id)}/clip.mp4`;
