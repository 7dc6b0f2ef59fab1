/** The endpoints of one's own login, and of others' for an administrator: sessions, wrong tries, second factors, keys. */
import { call } from "./client";
import { proven } from "./proof";
import type { ApiKey, ApiKeyMade, Factor, FactorBegun, FactorOn, OpenSession, RecoveryCodes, Role, Session, WaitingLogin } from "./types";

const of = (name: string | null): string => (name === null ? "/sessions" : `/users/${encodeURIComponent(name)}/sessions`);

/** Whose sessions: null is one's own. */
export const getSessions = (name: string | null) => call<OpenSession[]>("GET", of(name));
export const endSession = (name: string | null, id: string) => call<null>("DELETE", `${of(name)}/${id}`);
/** Of one's own the one that asks goes on. */
export const endSessions = (name: string | null) => call<{ ended: number }>("DELETE", of(name));

export const getWaiting = () => call<WaitingLogin[]>("GET", "/login/waiting");
export const forgive = (who: string) => call<{ forgiven: number }>("DELETE", `/login/waiting/${encodeURIComponent(who)}`);

export const getFactor = () => call<Factor>("GET", "/session/factor");
export const beginFactor = () => proven(() => call<FactorBegun>("POST", "/session/factor", {}));
export const confirmFactor = (code: string) => call<FactorOn>("POST", "/session/factor/confirm", { code });
export const newRecoveryCodes = () => proven(() => call<RecoveryCodes>("POST", "/session/factor/codes", {}));
export const turnFactorOff = (password: string) => proven(() => call<Session>("POST", "/session/factor/off", { password }));
export const resetFactor = (name: string) => proven(() => call<null>("DELETE", `/users/${encodeURIComponent(name)}/factor`));

const keysOf = (name: string | null): string => (name === null ? "/keys" : `/users/${encodeURIComponent(name)}/keys`);
export const getKeys = (name: string | null) => call<ApiKey[]>("GET", keysOf(name));
export const addKey = (name: string, role: Role, days: number) => proven(() => call<ApiKeyMade>("POST", "/keys", { name, role, days }));
export const revokeKey = (name: string | null, id: string) => proven(() => call<null>("DELETE", `${keysOf(name)}/${id}`));
