/** The alarm list with its filters in the address, and the chosen alarm beside it. */
import { useEffect, useRef, useState } from "preact/hooks";
import { getAlarms, pictureUrl } from "../../api/calls";
import * as store from "../../api/store";
import type { Alarm } from "../../api/types";
import { filterFrom, isOpen, isShelved, isUnacknowledged, select, SEVERITIES, STATES } from "../../lib/alarms";
import { words } from "../../lib/preferences";
import { placeOf } from "../../lib/reason";
import { formatRoute } from "../../lib/route";
import { AlarmCard } from "../../ui/AlarmCard";
import { Icon } from "../../ui/Icon";
import { typing, useKeyPress } from "../../ui/keyPress";
import { Empty, Fault, Select } from "../../ui/parts";
import { acknowledge, explain, perform } from "../actions";
import { go, now_ms, route } from "../place";
import { ActDialog, type Asking } from "./ActDialog";
import { AlarmDetail } from "./AlarmDetail";
import { Load } from "./Load";
import { Views } from "./Views";
import { MaintenanceBar, MaintenanceDialog } from "./Maintenance";

interface Loaded {
  key: string;
  next: string | null;
  /** Older alarms than this were not asked for yet, though the book may hold some. */
  floor_ms: number;
}

export function Alarms() {
  const w = words.value.alarms;
  const { query } = route.value;
  const filter = filterFrom(query);
  const key = `${filter.state}/${filter.camera}/${filter.severity}`;
  const [loaded, setLoaded] = useState<Loaded>({ key: "", next: null, floor_ms: Infinity });
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const [asking, setAsking] = useState<Asking | "maintenance" | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const pane = useRef<HTMLElement>(null);

  const load = async (cursor: string | null): Promise<void> => {
    setBusy(true);
    const answer = await getAlarms(filter, cursor);
    setBusy(false);
    if (!answer.ok) {
      setFault(explain(answer.problem));
      return;
    }
    setFault("");
    store.learn(answer.data.items);
    const last = answer.data.items.at(-1);
    setLoaded({ key, next: answer.data.next, floor_ms: answer.data.next && last ? Date.parse(last.raised_at) : -Infinity });
  };
  useEffect(() => void load(null), [key]);

  const shown = select(store.alarms.value, filter).filter((alarm) => loaded.key !== key || Date.parse(alarm.raised_at) >= loaded.floor_ms);
  const id = query["id"] ?? "";
  const chosen = store.alarms.value.get(id) ?? null;
  const measuring = !id && query["view"] === "load";
  const found = shown.findIndex((alarm) => alarm.id === id);
  // An alarm that left the list, resolved, keeps its place: the next one has moved there.
  const place = useRef(-1);
  if (found >= 0) place.current = found;
  const at = found >= 0 || !id ? found : place.current - 1;
  const change = (next: Record<string, string | undefined>): void => go("alarms", { ...query, ...next }, true);
  const open = (index: number): void => {
    const alarm = shown[Math.min(Math.max(index, 0), shown.length - 1)];
    if (!alarm) return;
    change({ id: alarm.id, view: undefined });
    const item = list.current?.querySelector(`[data-id="${alarm.id}"]`);
    item?.scrollIntoView({ block: "nearest" });
    // The focus goes along: left on another card it would make Enter open that one.
    item?.querySelector<HTMLElement>(".card")?.focus({ preventScroll: true });
  };

  useKeyPress((event) => {
    if (typing(event)) return;
    if (event.key === "j" || event.key === "J") open(at + 1);
    else if (event.key === "k" || event.key === "K") open(at < 0 ? 0 : at - 1);
    else if ((event.key === "a" || event.key === "A") && chosen && isUnacknowledged(chosen) && store.mayAct.value)
      void acknowledge(chosen.id).then((text) => setFault(text ?? ""));
    else if ((event.key === "s" || event.key === "S") && chosen && isShelved(chosen) && store.mayAct.value)
      void perform(chosen.id, { verb: "unshelve", note: "" }).then((text) => setFault(text ?? ""));
    else if (chosen && store.mayAct.value && wanted(event.key, chosen)) setAsking(wanted(event.key, chosen));
    else if (event.key === "Enter" && id && isFree(event.target)) pane.current?.focus();
    else if (event.key === "Escape" && id) change({ id: undefined });
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });

  return (
    <div class="alarms" data-open={id || measuring ? "" : undefined}>
      <section class="alarm-list" aria-label={w.title}>
        <header class="list-head">
          <h1>{w.title}</h1>
          <Views query={query} />
          {filter.state === "open" && !filter.camera && !filter.severity && <span class="muted">{w.count(Math.max(store.openTotal.value, shown.length))}</span>}
          <div class="filters">
            <Select
              label={w.filter.state}
              value={filter.state}
              options={STATES.map((state) => [state, { ...words.value.alarmState, ...w.filter }[state]] as const)}
              choose={(state) => change({ state: state === "open" ? undefined : state })}
            />
            <Select
              label={w.filter.severity}
              value={filter.severity}
              options={[["", w.filter.severity], ...SEVERITIES.map((severity) => [severity, words.value.severity[severity]] as const)]}
              choose={(severity) => change({ severity })}
            />
            <Select
              label={words.value.camera.label}
              value={filter.camera}
              options={[["", words.value.camera.label], ...(store.cameras.value ?? []).map((camera) => [camera.id, camera.name || camera.id] as const)]}
              choose={(camera) => change({ camera })}
            />
          </div>
        </header>
        <div class="list-notes">
          {fault && <Fault>{fault}</Fault>}
          <MaintenanceBar />
        </div>
        <div class="list-scroll" ref={list}>
          {shown.map((alarm) => (
            <div class="list-item" key={alarm.id} data-id={alarm.id}>
              <AlarmCard
                alarm={alarm}
                place={placeOf(alarm, store.cameraNames.value, words.value)}
                picture={alarm.has_picture ? pictureUrl(alarm.id) : null}
                now_ms={now_ms}
                href={formatRoute("alarms", { ...query, id: alarm.id, view: undefined })}
                current={alarm.id === id}
              />
            </div>
          ))}
          {shown.length === 0 && !busy && (
            <Empty icon="check" title={w.empty} help={w.emptyHelp}>
              {(filter.state !== "open" || filter.camera || filter.severity) && (
                <button type="button" onClick={() => go("alarms", {}, true)}>
                  {w.clear}
                </button>
              )}
            </Empty>
          )}
          {loaded.key === key && loaded.next && (
            <button type="button" class="quiet more" disabled={busy} onClick={() => void load(loaded.next)}>
              {w.more}
            </button>
          )}
        </div>
        <footer class="list-keys">
          <span class="list-tools">
            <a class="button quiet" href={formatRoute("alarms", { ...query, id: undefined, view: "load" })} aria-current={measuring ? "page" : undefined}>
              {words.value.load.show}
            </a>
            {store.mayAct.value && (
              <button type="button" class="quiet" onClick={() => setAsking("maintenance")}>
                <Icon name="wrench" size={16} />
                {words.value.maintenance.title}
              </button>
            )}
          </span>
          <p class="muted keys">{words.value.hands.keys}</p>
        </footer>
      </section>
      <section class="alarm-detail" ref={pane} tabIndex={-1}>
        {id ? (
          <AlarmDetail key={id} id={id} back={() => change({ id: undefined })} ask={setAsking} />
        ) : measuring ? (
          <Load back={() => change({ view: undefined })} />
        ) : (
          <Empty icon="alarms" title={w.pick} />
        )}
      </section>
      {asking === "maintenance" && <MaintenanceDialog close={() => setAsking(null)} />}
      {asking && asking !== "maintenance" && chosen && <ActDialog asking={asking} alarm={chosen} close={() => setAsking(null)} />}
    </div>
  );
}

/** Whether Enter there opens nothing else: the chosen card, or no control at all. */
function isFree(target: EventTarget | null): boolean {
  const control = target instanceof Element ? target.closest("a, button, summary, video") : null;
  return control === null || control.matches(".card[aria-current]");
}

/** What a key asks of the chosen alarm, where that is possible now. */
function wanted(key: string, alarm: Alarm): Asking | null {
  if (key === "n" || key === "N") return "note";
  if (!isOpen(alarm)) return null;
  if (key === "r" || key === "R") return "resolve";
  if (key === "f" || key === "F") return "false";
  return (key === "s" || key === "S") && !isShelved(alarm) ? "shelve" : null;
}
