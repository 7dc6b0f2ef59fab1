/** Typed requests: every answer is a success or a problem, and the caller handles both. */
import { signal } from "@preact/signals";
import { narrow, offset_ms, UNBOUNDED, type ClockBounds } from "../lib/clock";
import type { Problem, Said } from "./types";

export type Answer<T> = { ok: true; data: T } | { ok: false; problem: Problem };
type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export const API = "/api/v1";
const TIMEOUT_MS = 15_000;

const bounds = signal<ClockBounds>(UNBOUNDED);
let csrf = "";
let signedOut: () => void = () => undefined;

/** The server's time now, as well as its answers tell it, in Unix ms. */
export const serverNow_ms = (): number => Date.now() + offset_ms(bounds.value);

/** The token that every unsafe request carries. */
export function setCsrf(token: string): void {
  csrf = token;
}

/** It, for a request that is no `call`. */
export const csrfToken = (): string => csrf;

/** What to do when the server says that the session is over. */
export function onSignedOut(action: () => void): void {
  signedOut = action;
}

/** Send one request to a path under the API. Never throws; no network is problem 0. */
export async function call<T>(method: Method, path: string, body?: unknown, more: Readonly<Record<string, string>> = {}, timeout_ms = TIMEOUT_MS): Promise<Answer<T>> {
  const headers: Record<string, string> = { Accept: "application/json", ...more };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && csrf) headers["X-CSRF-Token"] = csrf;
  const sent = Date.now();
  try {
    const response = await fetch(API + path, {
      method,
      headers,
      credentials: "same-origin",
      signal: AbortSignal.timeout(timeout_ms),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const date = Date.parse(response.headers.get("Date") ?? "");
    if (Number.isFinite(date)) bounds.value = narrow(bounds.value, date, sent, Date.now());
    const text = await response.text();
    const data: unknown = text ? JSON.parse(text) : null;
    if (response.ok) return { ok: true, data: data as T };
    if (response.status === 401 && path !== "/session") signedOut();
    return { ok: false, problem: problemFrom(data, response.status) };
  } catch (fault) {
    const detail = fault instanceof Error ? fault.message : String(fault);
    return { ok: false, problem: { type: "about:blank", title: "", status: 0, detail, field: null, said: null } };
  }
}

/** Says with which state an edit began: another one by now is refused with 412. */
export const ifMatch = (tag: string | undefined): Readonly<Record<string, string>> => (tag ? { "If-Match": tag } : {});

/** What a refusal says, whoever reads it. */
export function problemFrom(data: unknown, status: number): Problem {
  const given = typeof data === "object" && data !== null ? (data as Partial<Problem>) : {};
  return {
    type: "about:blank",
    title: typeof given.title === "string" ? given.title : "",
    status,
    detail: typeof given.detail === "string" ? given.detail : "",
    field: typeof given.field === "string" ? given.field : null,
    said: saidFrom(given.said),
    ...(given.alarm ? { alarm: given.alarm } : {}),
  };
}

function saidFrom(given: unknown): Said | null {
  if (typeof given !== "object" || given === null) return null;
  const { code, params } = given as Partial<Said>;
  return typeof code === "string" && typeof params === "object" && params !== null ? { code, params } : null;
}

/** The clip's own start, which its first keyframe decides; null when the server does not say. */
export async function clipStart_ms(url: string): Promise<number | null> {
  try {
    const response = await fetch(url, { headers: { Range: "bytes=0-0" }, signal: AbortSignal.timeout(TIMEOUT_MS) });
    await response.body?.cancel();
    const start = Number(response.headers.get("X-Clip-Start-Ms") ?? NaN);
    return response.ok && Number.isFinite(start) ? start : null;
  } catch {
    return null;
  }
}
