/** The endpoints of the audit. */
import { API, call } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type AuditEntry = Schemas["AuditEntry"];
export type AuditPage = Schemas["AuditPage"];
export type AuditStanding = Schemas["AuditStanding"];
export type AuditChecked = Schemas["AuditChecked"];
export type AuditFault = Schemas["AuditFaultOut"];

export const getAudit = (asked: URLSearchParams, cursor: string | null) => {
  const query = new URLSearchParams(asked);
  if (cursor) query.set("cursor", cursor);
  return call<AuditPage>("GET", `/audit?${query.toString()}`);
};
export const getStanding = () => call<AuditStanding>("GET", "/audit/standing");
export const checkPart = (after: number) => call<AuditChecked>("GET", `/audit/check?after=${after}`);
export const linesUrl = (asked: URLSearchParams, format: "jsonl" | "syslog"): string => {
  const query = new URLSearchParams(asked);
  query.set("format", format);
  return `${API}/audit/lines?${query.toString()}`;
};
