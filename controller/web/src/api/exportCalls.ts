/** The endpoints of exports. */
import { API, call } from "./client";
import type { Export, ExportDetail, ExportPage, ExportSpan } from "./types";

const at = (id: string): string => encodeURIComponent(id);

/** `key`: the same one asks for the same export again, so that a lost answer makes no second. */
export const makeExport = (spans: readonly ExportSpan[], alarms: readonly string[], why: string, key: string) =>
  call<Export>("POST", "/exports", { spans, alarms, why }, { "Idempotency-Key": key });
export const getExports = (cursor: string | null) => call<ExportPage>("GET", `/exports?limit=20${cursor ? `&cursor=${at(cursor)}` : ""}`);
export const getExport = (id: string) => call<ExportDetail>("GET", `/exports/${at(id)}`);
export const cancelExport = (id: string) => call<Export>("POST", `/exports/${at(id)}/cancel`, {});
export const deleteExport = (id: string) => call<Export>("DELETE", `/exports/${at(id)}`);
export const exportFileUrl = (id: string, name: string): string => `${API}/exports/${at(id)}/files/${at(name)}`;
