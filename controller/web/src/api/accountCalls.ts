/** The endpoints of one's own login, and of others' for an administrator: sessions, wrong tries. */
import { call } from "./client";
import type { OpenSession, WaitingLogin } from "./types";

const of = (name: string | null): string => (name === null ? "/sessions" : `/users/${encodeURIComponent(name)}/sessions`);

/** Whose sessions: null is one's own. */
export const getSessions = (name: string | null) => call<OpenSession[]>("GET", of(name));
export const endSession = (name: string | null, id: string) => call<null>("DELETE", `${of(name)}/${id}`);
/** Of one's own the one that asks goes on. */
export const endSessions = (name: string | null) => call<{ ended: number }>("DELETE", of(name));

export const getWaiting = () => call<WaitingLogin[]>("GET", "/login/waiting");
export const forgive = (who: string) => call<{ forgiven: number }>("DELETE", `/login/waiting/${encodeURIComponent(who)}`);
