/** What the review has loaded, page by page, what is left on each day, and what was marked since. */
import { useEffect, useRef, useState } from "preact/hooks";
import { serverNow_ms } from "../../api/client";
import { getReview, getReviewDays, markReviewed } from "../../api/review";
import * as store from "../../api/store";
import type { ReviewDay } from "../../api/types";
import { words } from "../../lib/preferences";
import { leftOnly, listedFrom, paramsOf, spanFrom, type Item } from "../../lib/review";
import { explain } from "../actions";
import { useFresh } from "./useFresh";

const PAGE_SIZE = 100;
/** More ids than this are marked in several requests. */
const MOST_MARKS = 1000;
interface Loaded {
  key: string;
  asked_ms: number;
  items: readonly Item[];
  next: string | null;
}
/** A mark that can be taken back; `changed` is what the server changed, once it has answered. */
interface Marked {
  changed: Promise<readonly string[]>;
  reviewed: boolean;
}

export interface Reviewing {
  items: readonly Item[] | null;
  days: readonly ReviewDay[];
  more: (() => void) | null;
  busy: boolean;
  fault: string;
  told: string;
  isReviewed: (item: Item) => boolean;
  mark: (ids: readonly string[], reviewed: boolean, quiet?: boolean) => void;
  /** How many came since the list was asked for; `reload` shows them. */
  fresh: number;
  undo: (() => void) | null;
  reload: () => void;
  say: (told: string, fault?: string) => void;
}

export function useReview(query: Readonly<Record<string, string>>): Reviewing {
  const [round, setRound] = useState(0);
  const key = JSON.stringify([...paramsOf(query), query["span"], query["day"], query["seen"], round]);
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [days, setDays] = useState<readonly ReviewDay[]>([]);
  const [marks, setMarks] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [last, setLast] = useState<Marked | null>(null);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const [told, setTold] = useState("");
  const newest = useRef("");
  const putting = useRef(0);

  const load = async (before: Loaded | null): Promise<void> => {
    newest.current = key;
    setBusy(true);
    const asked_ms = before?.asked_ms ?? serverNow_ms();
    const params = timed(listedFrom(query, asked_ms));
    params.set("limit", String(PAGE_SIZE));
    if (leftOnly(query)) params.set("left", "true");
    if (before?.next) params.set("cursor", before.next);
    const answer = await getReview(params);
    if (newest.current !== key) return;
    setBusy(false);
    setFault(answer.ok ? "" : explain(answer.problem));
    if (!answer.ok) return;
    store.learn(answer.data.items.flatMap((item) => (item.alarm ? [item.alarm] : [])));
    if (!before) setMarks(new Map());
    setLoaded({ key, asked_ms, items: [...(before?.items ?? []), ...answer.data.items], next: answer.data.next });
  };
  const timed = (span: { from_ms: number; to_ms: number }): URLSearchParams => {
    const params = paramsOf(query);
    params.set("from_ms", String(span.from_ms));
    params.set("to_ms", String(Math.max(span.from_ms + 1, Math.round(span.to_ms))));
    return params;
  };
  const count = async (): Promise<void> => {
    const answer = await getReviewDays(timed(spanFrom(query, serverNow_ms())));
    if (answer.ok) setDays(answer.data.days);
  };
  useEffect(() => {
    void load(null);
    void count();
  }, [key]);

  const put = async (ids: readonly string[], reviewed: boolean): Promise<readonly string[]> => {
    const changed: string[] = [];
    putting.current += 1;
    setMarks((known) => new Map([...known, ...ids.map((id) => [id, reviewed] as const)]));
    for (let first = 0; first < ids.length; first += MOST_MARKS) {
      const some = ids.slice(first, first + MOST_MARKS);
      const answer = await markReviewed(some, reviewed);
      if (answer.ok) changed.push(...answer.data.changed);
      else {
        setMarks((known) => new Map([...known, ...some.map((id) => [id, !reviewed] as const)]));
        setFault(explain(answer.problem));
      }
    }
    putting.current -= 1;
    void count();
    return changed;
  };
  const mark = async (ids: readonly string[], reviewed: boolean, quiet: boolean): Promise<void> => {
    // The way back is there at once: whoever is faster than the server's answer takes back what it will have changed.
    const marked = { changed: put(ids, reviewed), reviewed };
    setLast(marked);
    const changed = await marked.changed;
    if (changed.length === 0) setLast((known) => (known === marked ? null : known));
    const w = words.value.review;
    if (!quiet) setTold(reviewed ? w.marked(changed.length) : w.undone(changed.length));
  };
  const undo = async (marked: Marked): Promise<void> => {
    setLast(null);
    const changed = await put(await marked.changed, !marked.reviewed);
    setTold(words.value.review.undone(changed.length));
  };
  const current = loaded?.key === key ? loaded : null;
  const isReviewed = (item: Item): boolean => marks.get(item.id) ?? item.reviewed_at !== null;
  const fresh = useFresh({
    key: current ? key : "",
    items: current?.items ?? [],
    leftAlone: leftOnly(query),
    params: () => timed(listedFrom(query, serverNow_ms())),
    isReviewed,
    busy: () => putting.current > 0,
    marked: (by) => {
      setMarks((known) => new Map([...known, ...by]));
      void count();
    },
  });
  return {
    fresh,
    items: loaded?.items ?? null,
    days,
    more: current?.next && !busy && !fault ? () => void load(current) : null,
    busy,
    fault,
    told,
    isReviewed,
    mark: (ids, reviewed, quiet = false) => void mark(ids, reviewed, quiet),
    undo: last && (() => void undo(last)),
    reload: () => setRound(round + 1),
    say: (words_, fault_ = "") => {
      setTold(words_);
      setFault(fault_);
    },
  };
}
