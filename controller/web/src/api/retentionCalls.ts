/** The endpoints of retention. */
import { call } from "./client";
import type { Retention, RetentionChange, RetentionPreview } from "./types";

export const getRetention = () => call<Retention>("GET", "/retention");
export const previewRetention = (change: RetentionChange) => call<RetentionPreview>("POST", "/retention/preview", change);
export const putRetention = (change: RetentionChange) => call<Retention>("PUT", "/retention", change);
