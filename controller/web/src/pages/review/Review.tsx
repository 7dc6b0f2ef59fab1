/** Looks through alarms and events: cards by day or place, repeated ones folded, what is left of them, one deed for many. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ManyDeed } from "../../api/review";
import * as store from "../../api/store";
import type { Alarm } from "../../api/types";
import { isOpen, isUnacknowledged } from "../../lib/alarms";
import { previewsMove, words } from "../../lib/preferences";
import { byPlace, folded, leftOnly, range, sectioned, type Fold } from "../../lib/review";
import { Icon } from "../../ui/Icon";
import { Empty, Fault, Loading } from "../../ui/parts";
import { ActDialog } from "../alarms/ActDialog";
import { go, route } from "../place";
import { Bar } from "./Bar";
import { actOnMany, exportAll } from "./bulk";
import { BulkDialog } from "./BulkDialog";
import { Days } from "./Days";
import { useReviewKeys } from "./keys";
import { Pane } from "./Pane";
import { Sections } from "./Sections";
import { SelectionBar } from "./SelectionBar";
import { useReview } from "./useReview";

type Asking = { deed: "resolve" | "false"; alarms: readonly Alarm[] } | { deed: "note"; alarm: Alarm };

export function Review() {
  const w = words.value.review;
  const { query } = route.value;
  const review = useReview(query);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState("");
  const [asking, setAsking] = useState<Asking | null>(null);
  const anchor = useRef("");
  const list = useRef<HTMLDivElement>(null);

  const sections = useMemo(() => sectioned(folded(review.items ?? []), byPlace(query)), [review.items, query["group"]]);
  const folds = useMemo(() => new Map(sections.flatMap((section) => section.folds.map((fold) => [fold.id, fold] as const))), [sections]);
  const order = [...folds.keys()];
  const chosen = [...folds.values()].filter((fold) => selected.has(fold.id));
  const current = folds.get(at);
  const meant = chosen.length > 0 ? chosen : current ? [current] : [];
  const opened = query["id"] ?? query["event"] ?? "";
  const change = (next: Record<string, string | undefined>): void => go("alarms", { ...query, ...next }, true);
  const hrefOf = (fold: Fold): Record<string, string | undefined> => {
    const item = fold.items[0];
    return { ...query, id: item?.alarm ? item.id : undefined, event: item?.event ? item.id : undefined };
  };

  const move = (by: number, extending: boolean): void => {
    const next = order[Math.min(order.length - 1, Math.max(0, current ? order.indexOf(at) + by : 0))];
    const fold = next === undefined ? undefined : folds.get(next);
    if (!fold || next === undefined) return;
    if (extending) {
      if (!anchor.current || !selected.has(anchor.current)) anchor.current = at || next;
      setSelected(new Set([...selected, ...range(order, anchor.current, next)]));
    }
    setAt(next);
    if (opened) go("alarms", hrefOf(fold), true);
    const card = list.current?.querySelector<HTMLElement>(`[data-id="${next}"]`);
    card?.scrollIntoView({ block: "nearest" });
    card?.querySelector("a")?.focus({ preventScroll: true });
  };
  const toggle = (id: string): void => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    anchor.current = id;
    setAt(id);
    setSelected(next);
  };
  const idsOf = (some: readonly Fold[]): string[] => some.flatMap((fold) => fold.items.map((item) => item.id));
  const mark = (some: readonly Fold[]): void => {
    if (some.length === 0) return;
    review.mark(idsOf(some), !some.every((fold) => fold.items.every(review.isReviewed)));
    setSelected(new Set());
  };
  const alarmsOf = (some: readonly Fold[]): Alarm[] => some.flatMap((fold) => fold.items.flatMap(({ id, alarm }) => (alarm ? [store.alarms.value.get(id) ?? alarm] : [])));
  const act = async (deed: ManyDeed, alarms: readonly Alarm[]): Promise<void> => {
    const handled = await actOnMany(deed, alarms);
    review.say(handled.told, handled.fault);
    if (deed.verb === "resolve" && handled.done.length > 0) review.mark(handled.done, true, true);
    setSelected(new Set());
  };
  const acknowledge = (some: readonly Fold[]): void => {
    const waiting = alarmsOf(some).filter(isUnacknowledged);
    if (!store.mayAct.value) return;
    if (waiting.length > 0) void act({ verb: "acknowledge", note: "" }, waiting);
    else review.say(w.noAlarm);
  };
  const resolve = (deed: "resolve" | "false"): void => {
    const alarms = alarmsOf(meant).filter(isOpen);
    if (!store.mayAct.value) return;
    if (alarms.length > 0) setAsking({ deed, alarms });
    else review.say(w.noAlarm);
  };

  const takeAway = (): void => {
    const alarms = alarmsOf(meant).filter((alarm) => alarm.camera !== null);
    if (!store.mayExport.value || alarms.length === 0) return;
    void exportAll(alarms).then((fault) => (fault ? review.say("", fault) : go("exports")));
  };

  // Where nothing is listed, nothing that is read can move.
  useEffect(() => {
    if (review.fresh > 0 && review.items?.length === 0) review.reload();
  }, [review.fresh]);
  const showFresh = (): void => {
    if (review.fresh === 0) return;
    review.reload();
    list.current?.scrollTo({ top: 0 });
  };

  useReviewKeys({
    move,
    fresh: showFresh,
    open: () => current && go("alarms", hrefOf(current), true),
    select: () => at && toggle(at),
    selectTo: () => at && setSelected(new Set([...selected, ...range(order, anchor.current || at, at)])),
    mark: () => {
      mark(meant);
      if (chosen.length === 0) move(1, false);
    },
    acknowledge: () => acknowledge(meant),
    resolve: () => resolve("resolve"),
    falsely: () => resolve("false"),
    note: () => {
      const [alarm] = alarmsOf(current ? [current] : []);
      if (alarm && store.mayAct.value) setAsking({ deed: "note", alarm });
    },
    takeAway,
    undo: () => review.undo?.(),
    leave: () => {
      if (opened) change({ id: undefined, event: undefined });
      else if (selected.size > 0) setSelected(new Set());
      else return false;
      return true;
    },
  });

  return (
    <div class="review" data-open={opened ? "" : undefined} data-still={previewsMove.value ? undefined : ""}>
      <section class="review-list" aria-label={w.title} aria-busy={review.busy}>
        <header class="review-head">
          <h1 class="unseen">{w.title}</h1>
          <Bar query={query} change={(next) => change({ ...next, id: undefined, event: undefined })} reload={review.reload} />
          <Days days={review.days} chosen={query["day"] ?? ""} choose={(day) => change({ day, id: undefined, event: undefined })} />
        </header>
        <SelectionBar
          review={review}
          chosen={chosen.length}
          alarms={alarmsOf(chosen)}
          mark={() => mark(chosen)}
          acknowledge={() => acknowledge(chosen)}
          resolve={() => resolve("resolve")}
          takeAway={takeAway}
          clear={() => setSelected(new Set())}
        />
        <div class="review-scroll" ref={list}>
          {review.fresh > 0 && review.items?.length !== 0 && (
            <div class="review-fresh" role="status">
              <button type="button" class="primary" title="." onClick={showFresh}>
                <Icon name="up" size={16} /> {w.fresh(review.fresh)}
              </button>
            </div>
          )}
          {review.fault && <Fault>{review.fault}</Fault>}
          {!review.items && !review.fault && <Loading />}
          <Sections
            sections={sections}
            at={at}
            selected={selected}
            isReviewed={review.isReviewed}
            toggle={toggle}
            hrefOf={hrefOf}
            markAll={(some) => review.mark(idsOf(some), true)}
            more={review.more}
          />
          {review.items?.length === 0 && !review.busy && (
            <Empty icon="check" title={leftOnly(query) ? w.empty : w.none} help={leftOnly(query) ? w.emptyHelp : w.noneHelp} />
          )}
        </div>
        <p class="muted keys review-keys">{w.keys}</p>
      </section>
      {opened && <Pane query={query} back={() => change({ id: undefined, event: undefined })} />}
      {asking?.deed === "note" && <ActDialog asking="note" alarm={asking.alarm} close={() => setAsking(null)} />}
      {asking && asking.deed !== "note" && (
        <BulkDialog alarms={asking.alarms} chosen={asking.deed === "false" ? "false" : undefined} act={(deed) => act(deed, asking.alarms)} close={() => setAsking(null)} />
      )}
    </div>
  );
}
