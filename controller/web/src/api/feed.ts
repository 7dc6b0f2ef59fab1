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
const POLICY = 1008;

/** Start following the feed; the answer stops it. */
export function follow(): () => void {
  let socket: WebSocket | null = null;
  let last: number | null = null;
  let tries = 0;
  let timer = 0;
  let stopped = false;

  const connect = (): void => {
    const resume = last === null ? "" : `?since=${last}`;
    socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}${API}/feed${resume}`);
    socket.onmessage = (message: MessageEvent<string>) => {
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
    socket.onclose = (event) => {
      if (stopped) return;
      if (feed.value.kind !== "off") feed.value = { kind: "off", since_ms: serverNow_ms() };
      if (event.code === SESSION_OVER || event.code === POLICY) void recheck();
      timer = window.setTimeout(connect, wait_ms(tries++, Math.random()));
      if (tries % 4 === 0) void recheck();
    };
  };
  const hurry = (): void => {
    if (feed.value.kind !== "off") return;
    clearTimeout(timer);
    tries = 0;
    connect();
  };

  // The state of the system is measured when asked for, not told.
  const watch = window.setInterval(() => void store.refreshSystem(), SYSTEM_MS);
  connect();
  addEventListener("online", hurry);
  return () => {
    stopped = true;
    clearTimeout(timer);
    clearInterval(watch);
    removeEventListener("online", hurry);
    socket?.close();
    feed.value = { kind: "connecting" };
  };
}

/** A refused WebSocket does not say why: any request tells whether the session is over. */
async function recheck(): Promise<void> {
  await getSystem();
}
