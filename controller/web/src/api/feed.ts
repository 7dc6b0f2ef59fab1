/** Keeps one WebSocket to the feed, resumes it after the last row seen, and says how it stands. */
import { signal } from "@preact/signals";
import { wait_ms } from "../lib/backoff";
import { getSystem } from "./calls";
import { API, serverNow_ms } from "./client";
import * as store from "./store";
import type { FeedItem } from "./types";

export type FeedState = { kind: "connecting" } | { kind: "on" } | { kind: "off"; since_ms: number };

export const feed = signal<FeedState>({ kind: "connecting" });

const SYSTEM_MS = 15_000;
const SESSION_OVER = 4401;
const SIGHT_CHANGED = 4410;
const POLICY = 1008;
/** Questions in a row that found no network: the line is dead, even where the socket has not noticed. */
const MOST_UNHEARD = 2;

let hurry: () => void = () => undefined;

/** Try at once instead of waiting. */
export const reconnect = (): void => hurry();

/** Start following the feed; the answer stops it. */
export function follow(): () => void {
  let socket: WebSocket | null = null;
  let last: number | null = null;
  let tries = 0;
  let timer = 0;
  let stopped = false;
  let unheard = 0;

  const connect = (): void => {
    clearTimeout(timer);
    const before = socket;
    socket = null;
    before?.close();
    const resume = last === null ? "" : `?since=${last}`;
    const opened = new WebSocket(`${location.origin.replace(/^http/, "ws")}${API}/feed${resume}`);
    socket = opened;
    opened.onmessage = (message: MessageEvent<string>) => {
      if (opened !== socket) return;
      const item = JSON.parse(message.data) as FeedItem;
      if (item.kind === "hello") {
        tries = 0;
        feed.value = { kind: "on" };
        // A smaller id than the last one seen is another database: what was seen counts no more.
        last = last === null || item.id < last ? item.id : last;
        void store.refresh();
        return;
      }
      last = Math.max(last ?? 0, item.id);
      store.apply(item);
    };
    opened.onclose = (event) => {
      if (opened !== socket) return;
      // What was learnt of cameras may be hidden now, on every page.
      if (event.code === SIGHT_CHANGED) return location.reload();
      if (event.code === SESSION_OVER || event.code === POLICY) void recheck();
      lost();
    };
  };
  const lost = (): void => {
    if (stopped) return;
    clearTimeout(timer);
    if (feed.value.kind !== "off") feed.value = { kind: "off", since_ms: serverNow_ms() };
    const dead = socket;
    socket = null;
    dead?.close();
    timer = window.setTimeout(connect, wait_ms(tries++, Math.random()));
    if (tries % 4 === 0) void recheck();
  };
  hurry = (): void => {
    if (feed.value.kind !== "off") return;
    clearTimeout(timer);
    tries = 0;
    connect();
  };

  // The state of the system is measured when asked for, not told.
  const watch = window.setInterval(() => {
    void store.refreshSystem().then((heard) => {
      unheard = heard ? 0 : unheard + 1;
      if (unheard >= MOST_UNHEARD && feed.value.kind === "on") lost();
    });
  }, SYSTEM_MS);
  connect();
  const online = (): void => hurry();
  addEventListener("online", online);
  // A socket notices a line that is gone late, or never.
  addEventListener("offline", lost);
  return () => {
    stopped = true;
    clearTimeout(timer);
    clearInterval(watch);
    removeEventListener("online", online);
    removeEventListener("offline", lost);
    hurry = () => undefined;
    socket?.close();
    feed.value = { kind: "connecting" };
  };
}

/** A refused WebSocket does not say why: any request tells whether the session is over. */
async function recheck(): Promise<void> {
  await getSystem();
}
