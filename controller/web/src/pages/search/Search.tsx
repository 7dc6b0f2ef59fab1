/** Looks for alarms and events of the past: what narrows them on the left, what was found beside it, all in the address. */
import { useEffect, useRef, useState } from "preact/hooks";
import { pictureUrl } from "../../api/calls";
import { serverNow_ms } from "../../api/client";
import { findAlarms, findEvents, getSearchChoices } from "../../api/search";
import * as store from "../../api/store";
import type { Alarm, CctvEvent, SearchChoices } from "../../api/types";
import { dateTime } from "../../lib/format";
import { words } from "../../lib/preferences";
import { placeOf } from "../../lib/reason";
import { formatRoute } from "../../lib/route";
import { kindOf, KINDS, narrowedBy, paramsOf } from "../../lib/search";
import { AlarmCard } from "../../ui/AlarmCard";
import { Empty, Fault, Loading, Segments } from "../../ui/parts";
import { explain } from "../actions";
import { go, now_ms, route } from "../place";
import { EventCard } from "./EventCard";
import { Facets } from "./Facets";
import { MotionFacets, MotionFound } from "./Motion";
import { Saved } from "./Saved";

const PAGE_SIZE = 50;
interface Found {
  key: string;
  asked_ms: number;
  alarms: readonly Alarm[];
  events: readonly CctvEvent[];
  next: string | null;
  from_ms: number;
  to_ms: number;
}

export function Search() {
  const s = words.value.search;
  const { query } = route.value;
  const key = JSON.stringify(query);
  const kind = kindOf(query);
  const { found, busy, fault, more } = useFound(query, key, kind !== "motion");
  const [choices, setChoices] = useState<SearchChoices>({ rules: [], zones: [], classes: [] });
  useEffect(() => void getSearchChoices().then((answer) => answer.ok && setChoices(answer.data)), []);
  const change = (next: Record<string, string | undefined>): void => go("search", { ...query, ...next }, true);
  const count = found ? found.alarms.length + found.events.length : 0;
  return (
    <div class="search">
      <section class="search-facets" aria-label={s.filters(0)}>
        <header class="page-head">
          <h1>{s.title}</h1>
          <span class="push" />
          <Segments label={s.ofLabel} value={kind} options={KINDS.map((one) => [one, s.of[one]] as const)} choose={(of) => change({ of: of === "alarms" ? undefined : of })} />
        </header>
        <details class="search-fold" open={matchMedia("(min-width: 800px)").matches || undefined}>
          <summary>{s.filters(narrowedBy(query))}</summary>
          <Saved query={query} />
          {kind === "motion" ? <MotionFacets query={query} change={change} /> : <Facets query={query} choices={choices} change={change} />}
          {narrowedBy(query) > 0 && (
            <button type="button" class="quiet" onClick={() => go("search", { of: query["of"], span: query["span"], from: query["from"], to: query["to"] }, true)}>
              {s.clear}
            </button>
          )}
        </details>
      </section>
      {kind === "motion" ? (
        <section class="search-found">
          <MotionFound query={query} change={change} />
        </section>
      ) : (
        <section class="search-found" aria-busy={busy}>
          <p class="muted search-said" role="status">
            {found && `${s.shown(count, found.next !== null)} · ${s.looked(dateTime(found.from_ms).slice(0, 16), dateTime(found.to_ms).slice(0, 16))}`}
          </p>
          {fault && <Fault>{fault}</Fault>}
          {!found && !fault && <Loading />}
          <div class="search-grid" data-stale={busy || undefined}>
            {found?.alarms.map(store.shownAlarm).map((alarm) => (
              <AlarmCard
                key={alarm.id}
                alarm={alarm}
                place={placeOf(alarm, store.cameraNames.value, words.value)}
                picture={alarm.has_picture ? pictureUrl(alarm.id) : null}
                now_ms={now_ms}
                href={formatRoute("alarms", { state: "all", id: alarm.id })}
              />
            ))}
            {found?.events.map((event) => <EventCard key={event.id} event={event} />)}
          </div>
          {found && count === 0 && !busy && <Empty icon="search" title={s.empty} help={s.emptyHelp} />}
          {found?.next && (
            <button type="button" class="quiet more" disabled={busy} onClick={more}>
              {s.more}
            </button>
          )}
        </section>
      )}
    </div>
  );
}

/** What the address asks for, page by page; what was found before stays, dimmed, until the answer comes. */
function useFound(query: Readonly<Record<string, string>>, key: string, wanted: boolean): { found: Found | null; busy: boolean; fault: string; more: () => void } {
  const [found, setFound] = useState<Found | null>(null);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const newest = useRef("");

  const load = async (before: Found | null): Promise<void> => {
    newest.current = key;
    setBusy(true);
    const asked_ms = before?.asked_ms ?? serverNow_ms();
    const params = paramsOf(query, asked_ms, before?.next ?? null, PAGE_SIZE);
    const answer = kindOf(query) === "alarms" ? await findAlarms(params) : await findEvents(params);
    if (newest.current !== key) return;
    setBusy(false);
    setFault(answer.ok ? "" : explain(answer.problem));
    if (!answer.ok) return;
    const { items, next, from_ms, to_ms } = answer.data;
    const alarms = kindOf(query) === "alarms" ? (items as Alarm[]) : [];
    const events = kindOf(query) === "events" ? (items as CctvEvent[]) : [];
    setFound({ key, asked_ms, alarms: [...(before?.alarms ?? []), ...alarms], events: [...(before?.events ?? []), ...events], next, from_ms, to_ms });
  };
  useEffect(() => void (wanted && load(null)), [key]);
  return { found, busy, fault, more: () => void (found?.key === key && load(found)) };
}
