/** Every endpoint the dashboard uses, one line each. */
import type { AlarmFilter } from "../lib/alarms";
import { API, call } from "./client";
import type { RuleDocument } from "./editCalls";
import type { Alarm, AlarmDetail, AlarmLoad, AlarmPage, Assessment, Camera, CctvEvent, Enrichment, Maintenance, Node, OccurrenceDetail, Rules, Session, System, Trial, TrialDetail, Verdict } from "./types";

export const PAGE_SIZE = 50;
const at = (id: string): string => encodeURIComponent(id);

export const getSession = () => call<Session>("GET", "/session");
/** `second`: what the authenticator of whoever has one tells, or a recovery code. */
export const logIn = (username: string, password: string, second: string) => call<Session>("POST", "/session", { username, password, code: "", second });
export const logInWithCode = (code: string) => call<Session>("POST", "/session", { username: "", password: "", code });
/** Where to log out at the identity provider, too, if one logged in there. */
export const logOut = () => call<{ url: string | null }>("DELETE", "/session");
/** An identity provider as it is called here, if there is one. */
export const getLoginWays = () => call<{ provider: string | null }>("GET", "/login");
/** Where to log in at it. */
export const beginElsewhere = () => call<{ url: string }>("POST", "/login/provider");
export const setPassword = (current: string, fresh: string, second: string) => call<Session>("POST", "/session/password", { current, new: fresh, second });

export const getCameras = () => call<Camera[]>("GET", "/cameras");
export const getNodes = () => call<Node[]>("GET", "/nodes");
export const getSystem = () => call<System>("GET", "/system");
export const getRules = () => call<Rules>("GET", "/rules");
export const putRules = (version: number, rules: unknown[]) => call<Rules>("PUT", "/rules", { version, rules });
export const tryRules = (document: RuleDocument, camera: string, from_ms: number, to_ms: number) =>
  call<Trial>("POST", "/rules/trials", { document, camera, from_ms, to_ms });
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
export const getEvent = (id: string) => call<CctvEvent>("GET", `/events/${at(id)}`);
export const getVerdicts = (event: string) => call<Verdict[]>("GET", `/events/${at(event)}/verdicts`);
export const getOccurrence = (id: string) => call<OccurrenceDetail>("GET", `/occurrences/${at(id)}`);
export const getLoad = (from_ms: number) => call<AlarmLoad>("GET", `/alarms/stats?from=${Math.round(from_ms)}`);
/** Who may be given alarms, or this one. */
export const getAssignees = (alarm?: string) => call<{ names: string[] }>("GET", alarm ? `/assignees?alarm=${alarm}` : "/assignees");

/** What a person does with an alarm: the verb, and what it needs. */
export type Deed =
  | { verb: "acknowledge" | "unshelve" | "escalate" | "note"; note: string }
  | { verb: "assign"; to: string | null; note: string }
  | { verb: "shelve"; minutes: number; note: string }
  | { verb: "resolve"; assessment: Assessment; note: string };
/** `rev`: the alarm as the person saw it; a note overwrites nothing and needs none. */
export const act = (id: string, rev: number, { verb, ...body }: Deed) =>
  call<Alarm>("POST", `/alarms/${at(id)}/${verb}`, verb === "note" ? body : { ...body, rev });

export const getMaintenance = () => call<{ items: Maintenance[] }>("GET", "/maintenance");
export const beginMaintenance = (scope: Maintenance["scope"], target: string, minutes: number, why: string) =>
  call<Maintenance>("POST", "/maintenance", { scope, target, minutes, why });
export const endMaintenance = (id: string) => call<Maintenance>("POST", `/maintenance/${at(id)}/end`, {});

export const getEnrichments = (alarm: string) => call<Enrichment[]>("GET", `/alarms/${at(alarm)}/enrichments`);
export const decide = (id: string, decision: "accepted" | "dismissed") =>
  call<Enrichment>("POST", `/enrichments/${at(id)}/decision`, { decision });

export const clipUrl = (id: string): string => `${API}/alarms/${at(id)}/clip.mp4`;
export const pictureUrl = (id: string): string => `${API}/alarms/${at(id)}/picture.jpg`;
export const occurrenceClipUrl = (id: string): string => `${API}/occurrences/${at(id)}/clip.mp4`;
export const occurrencePictureUrl = (id: string): string => `${API}/occurrences/${at(id)}/picture.jpg`;
