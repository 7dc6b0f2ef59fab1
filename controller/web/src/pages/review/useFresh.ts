/** What happens while somebody reviews: how much is new, and what others mark; nothing that is read moves. */
import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { getReview } from "../../api/review";
import * as store from "../../api/store";
import { freshIn, markedSince, type Item } from "../../lib/review";

/** What comes in quick succession is asked for once. */
const SOON_MS = 1_500;
/** Marks of others are told by no feed. */
const EVERY_MS = 15_000;
const PAGE_SIZE = 100;
/** Beyond this the list is too long to be compared with every answer. */
const MOST_ITEMS = 500;

export interface Watched {
  /** Changes with what is listed; empty while it loads. */
  key: string;
  items: readonly Item[];
  leftAlone: boolean;
  /** The question of the list as it would be asked now. */
  params: () => URLSearchParams;
  isReviewed: (item: Item) => boolean;
  /** Marks are on their way: what the server says meanwhile is older. */
  busy: () => boolean;
  marked: (by: ReadonlyMap<string, boolean>) => void;
}

/** How many are new, none of which is listed yet. */
export function useFresh(watched: Watched): number {
  const [fresh, setFresh] = useState({ key: "", count: 0 });
  const now = useRef(watched);
  now.current = watched;
  const timer = useRef(0);
  const look = async (): Promise<void> => {
    const { key, items, params, busy } = now.current;
    if (!key || busy() || document.visibilityState === "hidden") return;
    const found: Item[] = [];
    let cursor: string | null = null;
    do {
      const asked = params();
      asked.set("limit", String(PAGE_SIZE));
      if (cursor) asked.set("cursor", cursor);
      const answer = await getReview(asked);
      if (!answer.ok || now.current.key !== key || busy()) return;
      found.push(...answer.data.items);
      cursor = answer.data.next;
    } while (cursor && found.length < Math.min(items.length, MOST_ITEMS));
    const { leftAlone, isReviewed, marked } = now.current;
    setFresh({ key, count: freshIn(items, found, leftAlone) });
    const changed = markedSince(items, found, isReviewed);
    if (changed.size > 0) marked(changed);
  };
  useSignalEffect(() => {
    if (store.happened.value === 0 || timer.current) return;
    timer.current = window.setTimeout(() => {
      timer.current = 0;
      void look();
    }, SOON_MS);
  });
  useEffect(() => {
    const often = window.setInterval(() => void look(), EVERY_MS);
    return () => {
      clearInterval(often);
      clearTimeout(timer.current);
    };
  }, []);
  return fresh.key === watched.key ? fresh.count : 0;
}
