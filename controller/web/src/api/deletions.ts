/** The endpoints of deletions by hand. */
import { call } from "./client";
import { proven } from "./proof";
import type { Deletion, DeletionPage, DeletionPreview } from "./types";

export interface DeletionSpan {
  cameras: readonly string[];
  start_ms: number;
  end_ms: number;
}
export const previewDeletion = (span: DeletionSpan) => call<DeletionPreview>("POST", "/deletions/preview", span);
export const deleteFootage = (span: DeletionSpan, why: string, confirm: string) =>
  proven(() => call<Deletion>("POST", "/deletions", { ...span, why, confirm }));
export const getDeletions = () => call<DeletionPage>("GET", "/deletions?limit=20");
