/** What the page knows of the site, as signals; the feed and the first answers fill it. */
import { computed, signal } from "@preact/signals";
import { calls as waits, foremost, graver, isOpen, put, select, settle, whole, type AlarmBook } from "../lib/alarms";
import { putCount, type CountBook } from "../lib/counts";
import { given, inLanguage } from "../lib/given";
import { may, seesAll, type Right } from "../lib/grants";
import { language } from "../lib/preferences";
import { setZone } from "../lib/zone";
import * as calls from "./calls";
import { serverNow_ms, setCsrf } from "./client";
import type { Alarm, Camera, FeedItem, Maintenance, Node, Rules, Session, System } from "./types";

export type SessionState = { kind: "asking" } | { kind: "out"; ended: boolean } | { kind: "in"; session: Session };

export const session = signal<SessionState>({ kind: "asking" });
/** Whether the first answers are there, or will not come: before, nothing has a name. */
export const asked = signal(false);
export const cameras = signal<Camera[] | null>(null);
export const nodes = signal<Node[] | null>(null);
export const system = signal<System | null>(null);
/** What is being worked on now. */
export const maintenance = signal<Maintenance[]>([]);
/** The rules as they are stored, for who edits them. */
export const rules = signal<Rules | null>(null);
const book = signal<AlarmBook>(new Map());
const isDemo = computed(() => session.value.kind === "in" && session.value.session.demo);
/** Rules and alarms to show: regulations, and the demo's names, are in the language of who looks. */
export const shownRules = computed(() => (rules.value?.rules ?? []).map((rule) => inLanguage(rule, language.value, isDemo.value)));
export const shownAlarm = (alarm: Alarm): Alarm => inLanguage(alarm, language.value, isDemo.value);
export const alarms = computed<AlarmBook>(() => new Map([...book.value].map(([id, alarm]) => [id, shownAlarm(alarm)])));
/** A name to show: the demo's in the language of who looks. */
export const shownName = (text: string): string => (isDemo.value ? given(text, language.value) : text);
/** How many things are in each zone, as far as cameras are judged now. */
export const zoneCounts = signal<CountBook>(new Map());
export const openTotal = signal(0);
/** Rises with every alarm and event that the feed tells of. */
export const happened = signal(0);
/** Alarms that came by the feed as new, for the sound and for nothing else. */
export const arrivals = signal<Alarm | null>(null);

export const openAlarms = computed(() => select(alarms.value, { state: "open", camera: "", severity: "" }));
export const headline = computed(() => foremost(alarms.value));
/** What waits and is graver than the headline. */
export const gravely = computed(() => graver(alarms.value));
export const unacknowledged = computed(() => openAlarms.value.filter(waits));
export const cameraNames = computed(() => new Map((cameras.value ?? []).map((camera) => [camera.id, camera.name || camera.id])));

/** Who may do what; the server decides, this only spares a useless button. */
export const mayAct = computed(() => session.value.kind === "in" && session.value.session.role !== "viewer");
const has = (right: Right) => computed(() => session.value.kind === "in" && may(session.value.session, right));
export const mayPlay = has("playback");
export const mayExport = has("export");
export const mayDelete = has("delete");
export const mayListen = (camera: string): boolean => session.value.kind === "in" && may(session.value.session, "listen", camera);
/** Whoever sees only some cameras is not told of the whole site. */
export const seesSite = computed(() => session.value.kind === "in" && seesAll(session.value.session));
export const mayConfigure = computed(() => session.value.kind === "in" && session.value.session.role === "admin");

const OPEN = { state: "open", camera: "", severity: "" } as const;

/** Take a session as begun. */
export function signIn(next: Session): void {
  setCsrf(next.csrf);
  setZone(next.time_zone);
  session.value = { kind: "in", session: next };
}

/** Forget everything that needed a session. */
export function signOut(ended: boolean): void {
  setCsrf("");
  session.value = { kind: "out", ended };
  cameras.value = nodes.value = system.value = rules.value = null;
  maintenance.value = [];
  book.value = new Map();
  zoneCounts.value = new Map();
  openTotal.value = 0;
  arrivals.value = null;
  asked.value = false;
}

/** Put alarms of an answer into the book. */
export function learn(list: readonly Alarm[]): void {
  book.value = put(book.value, list);
}

/** Ask for everything anew. */
export async function refresh(): Promise<void> {
  const before = book.value;
  const [cameraList, nodeList, state, ruleList, works, page] = await Promise.all([
    calls.getCameras(),
    calls.getNodes(),
    calls.getSystem(),
    calls.getRules(),
    calls.getMaintenance(),
    calls.getAlarms(OPEN, null),
  ]);
  if (cameraList.ok) cameras.value = cameraList.data;
  if (nodeList.ok) nodes.value = nodeList.data;
  if (state.ok) system.value = state.data;
  if (ruleList.ok) rules.value = ruleList.data;
  if (works.ok) maintenance.value = works.data.items;
  asked.value = true;
  if (page.ok) {
    openTotal.value = page.data.open_total;
    book.value = settle(book.value, before, page.data.items, page.data.next === null);
  }
}

/** Ask how the system, its nodes and cameras are; an answer that does not come changes nothing. Whether the server was heard. */
export async function refreshSystem(): Promise<boolean> {
  const [state, nodeList, cameraList] = await Promise.all([calls.getSystem(), calls.getNodes(), calls.getCameras()]);
  if (state.ok) system.value = state.data;
  if (nodeList.ok) nodes.value = nodeList.data;
  if (cameraList.ok) cameras.value = cameraList.data;
  return [state, nodeList, cameraList].some((answer) => answer.ok || answer.problem.status > 0);
}

const replace = <T extends { id: string }>(list: T[] | null, next: T): T[] => {
  const known = list ?? [];
  return known.some((one) => one.id === next.id) ? known.map((one) => (one.id === next.id ? next : one)) : [...known, next];
};

/** Apply one row of the feed. */
export function apply(item: FeedItem): void {
  switch (item.kind) {
    case "alarm":
      applyAlarm(item.data);
      happened.value += 1;
      break;
    case "camera":
      cameras.value = replace(cameras.value, item.data);
      break;
    case "node":
      nodes.value = replace(nodes.value, item.data);
      break;
    case "rules":
      rules.value = item.data;
      void refreshSystem(); // its notices are about the rules in force
      break;
    case "system":
      system.value = item.data;
      break;
    case "maintenance":
      maintenance.value = replace(maintenance.value, item.data).filter((one) => one.ended_at === null && Date.parse(one.until_at) > serverNow_ms());
      break;
    case "zone":
      zoneCounts.value = putCount(zoneCounts.value, item.data);
      break;
    case "event":
      happened.value += 1;
      break;
    case "hello":
      break;
  }
}

function applyAlarm(given: Alarm): void {
  const alarm = whole(given);
  const known = book.value.get(alarm.id);
  if (known && known.rev > alarm.rev) return;
  const before = known ? Number(isOpen(known)) : 0;
  if (known || isOpen(alarm)) openTotal.value = Math.max(0, openTotal.value + Number(isOpen(alarm)) - before);
  learn([alarm]);
  // What comes back from a shelf or from maintenance, and what was passed up, sounds like what is new.
  if (waits(alarm) && (!known || !waits(known) || alarm.escalation_level > known.escalation_level)) arrivals.value = alarm;
}
