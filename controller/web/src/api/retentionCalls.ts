/** The endpoints of retention. */
import { call } from "./client";
import { proven } from "./proof";
import type { MoveChange, Moves, Retention, RetentionChange, RetentionPreview } from "./types";

export const getRetention = () => call<Retention>("GET", "/retention");
export const previewRetention = (change: RetentionChange) => call<RetentionPreview>("POST", "/retention/preview", change);
/** `begun`: with which state of the rules, as `If-Match`. */
export const putRetention = (change: RetentionChange, begun: Readonly<Record<string, string>>) =>
  proven(() => call<Retention>("PUT", "/retention", change, begun));
export const getMoves = () => call<Moves>("GET", "/retention/moves");
/** `begun`: with which state of the rules, as `If-Match`. */
export const putMove = (change: MoveChange, begun: Readonly<Record<string, string>>) => proven(() => call<Moves>("PUT", "/retention/moves", change, begun));
/** `token`: of exactly what was shown. */
export const confirmSweep = (token: string) => proven(() => call<Retention["waiting"]>("POST", "/retention/confirm", { token }));
