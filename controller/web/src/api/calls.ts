/** Every endpoint the dashboard uses, one line each. */
import type { AlarmFilter } from "../lib/alarms";
import { API, call } from "./client";
import type { Alarm, AlarmDetail, AlarmPage, Assessment, Camera, Enrichment, Node, Rules, Session, System, Trial, TrialDetail } from "./types";

export const PAGE_SIZE = 50;
const at = (id: string): string => encodeURIComponent(id);

export const getSession = () => call<Session>("GET", "/session");
export const logIn = (username: string, password: string) => call<Session>("POST", "/session", { username, password, code: "" });
export const logInWithCode = (code: string) => call<Session>("POST", "/session", { username: "", password: "", code });
export const logOut = () => call<null>("DELETE", "/session");
export const setPassword = (current: string, fresh: string) => call<Session>("POST", "/session/password", { current, new: fresh });

export const getCameras = () => call<Camera[]>("GET", "/cameras");
export const getNodes = () => call<Node[]>("GET", "/nodes");
export const getSystem = () => call<System>("GET", "/system");
export const getRules = () => call<Rules>("GET", "/rules");
export const putRules = (version: number, rules: unknown[]) => call<Rules>("PUT", "/rules", { version, rules });
export const tryRules = (rules: unknown[], camera: string, from_ms: number, to_ms: number) =>
  call<Trial>("POST", "/rules/trials", { document: { rules }, camera, from_ms, to_ms });
export const getTrial = (id: string) => call<TrialDetail>("GET", `/rules/trials/${at(id)}`);
export const cancelTrial = (id: string) => call<Trial>("POST", `/rules/trials/${at(id)}/cancel`);

export function getAlarms(filter: AlarmFilter, cursor: string | null) {
  const query = new URLSearchParams({ state: filter.state, limit: String(PAGE_SIZE) });
  if (filter.camera) query.set("camera", filter.camera);
  if (filter.severity) query.set("severity", filter.severity);
  if (cursor) query.set("cursor", cursor);
  return call<AlarmPage>("GET", `/alarms?${query.toString()}`);
}
export const getAlarm = (id: string) => call<AlarmDetail>("GET", `/alarms/${at(id)}`);
export const acknowledge = (id: string, note: string) => call<Alarm>("POST", `/alarms/${at(id)}/acknowledge`, { note });
export const resolve = (id: string, assessment: Assessment, note: string) =>
  call<Alarm>("POST", `/alarms/${at(id)}/resolve`, { assessment, note });

export const getEnrichments = (alarm: string) => call<Enrichment[]>("GET", `/alarms/${at(alarm)}/enrichments`);
export const decide = (id: string, decision: "accepted" | "dismissed") =>
  call<Enrichment>("POST", `/enrichments/${at(id)}/decision`, { decision });

export const clipUrl = (id: string): string => `${API}/alarms/${at(id)}/clip.mp4`;
export const pictureUrl = (id: string): string => `${API}/alarms/${at(id)}/picture.jpg`;
