/** The endpoints of exports. */
import { language } from "../lib/preferences";
import { API, call } from "./client";
import { proven } from "./proof";
import type { Archive, ArchiveWish, Export, ExportDetail, ExportPage, ExportSpan, ExportTarget, ExportTargetTest } from "./types";

const at = (id: string): string => encodeURIComponent(id);

/** With which state an edit began: `If-Match` or `If-None-Match`. */
type Begun = Readonly<Record<string, string>>;

/** `key`: the same one asks for the same export again, so that a lost answer makes no second. */
export const makeExport = (spans: readonly ExportSpan[], alarms: readonly string[], why: string, key: string, destination: string | null = null, form: Export["form"] = "films") =>
  proven(() => call<Export>("POST", "/exports", { spans, alarms, why, destination, form, language: language.value }, { "Idempotency-Key": key }));
export const getExports = (cursor: string | null) => call<ExportPage>("GET", `/exports?limit=20${cursor ? `&cursor=${at(cursor)}` : ""}`);
export const getExport = (id: string) => call<ExportDetail>("GET", `/exports/${at(id)}`);
export const cancelExport = (id: string) => call<Export>("POST", `/exports/${at(id)}/cancel`, {});
export const deleteExport = (id: string) => call<Export>("DELETE", `/exports/${at(id)}`);
export const exportFileUrl = (id: string, name: string): string => `${API}/exports/${at(id)}/files/${at(name)}`;
export const exportZipUrl = (id: string): string => `${API}/exports/${at(id)}/zip`;

/** An S3 store as a form gives it; without keys those that it has stay. */
export interface TargetPlace {
  endpoint: string;
  bucket: string;
  prefix: string;
  region: string;
  access_key: string | null;
  secret_key: string | null;
}
export const getTargets = () => call<ExportTarget[]>("GET", "/export-destinations");
export const putTarget = (name: string, place: TargetPlace, begun: Begun) => proven(() => call<ExportTarget>("PUT", `/export-destinations/${at(name)}`, place, begun));
export const removeTarget = (name: string) => proven(() => call<null>("DELETE", `/export-destinations/${at(name)}`));
export const testTarget = (name: string) => call<ExportTargetTest>("POST", `/export-destinations/${at(name)}/test`, {}, {}, 30_000);

export const getArchives = () => call<Archive[]>("GET", "/archives");
export const putArchive = (name: string, wish: ArchiveWish, begun: Begun) => proven(() => call<Archive>("PUT", `/archives/${at(name)}`, wish, begun));
export const runArchive = (name: string) => call<Archive>("POST", `/archives/${at(name)}/run`, {});
export const removeArchive = (name: string) => proven(() => call<null>("DELETE", `/archives/${at(name)}`));
