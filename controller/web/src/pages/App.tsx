/** Chooses the page for the address and the session, and answers the keys that work everywhere. */
import type { ComponentChildren } from "preact";
import { useEffect, useErrorBoundary } from "preact/hooks";
import { feed } from "../api/feed";
import * as store from "../api/store";
import { deedOf } from "../lib/everywhere";
import { words } from "../lib/preferences";
import { isUnsaved } from "../lib/unsaved";
import { typing } from "../ui/keyPress";
import { Empty, Loading } from "../ui/parts";
import { acknowledge } from "./actions";
import { AlarmsPage } from "./alarms/AlarmsPage";
import { Proven } from "./Elsewhere";
import { Exports } from "./exports/Exports";
import { Leaving } from "./Leaving";
import { FirstFactor } from "./FirstFactor";
import { FirstPassword, Login } from "./Login";
import { go, route } from "./place";
import { makeKnown } from "./presence";
import { Proof } from "./Proof";
import { Reports } from "./reports/Reports";
import { Rules } from "./Rules";
import { Search } from "./search/Search";
import { Settings } from "./Settings";
import { Shell } from "./Shell";
import { Site } from "./Site";
import { Timeline } from "./timeline/Timeline";
import { Wall } from "./wall/Wall";

const PAGES = { wall: Wall, alarms: AlarmsPage, timeline: Timeline, search: Search, reports: Reports, exports: Exports, rules: Rules, site: Site, settings: Settings, login: Wall } as const;

makeKnown();

export function App() {
  const state = store.session.value;
  const { page, query } = route.value;
  if (state.kind === "asking") return null;
  if (page === "login" && query["proven"]) return <Proven />;
  if (state.kind === "out" || page === "login") return <Login />;
  if (state.session.must_set_password) return <FirstPassword session={state.session} />;
  if (state.session.must_set_factor) return <FirstFactor />;
  const Page = store.asked.value || feed.value.kind === "off" ? PAGES[page] : Loading;
  return (
    <Shell>
      <GlobalKeys />
      <Leaving />
      <Proof />
      <Unknown />
      <Guard key={page}>
        <Page />
      </Guard>
    </Shell>
  );
}

/** Enter opens the newest unacknowledged alarm, A acknowledges it; a page that has its own answer comes first. */
function GlobalKeys() {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const alarm = store.headline.value;
      if (!alarm || typing(event) || event.defaultPrevented) return;
      const editing = isUnsaved() || document.querySelector(".shape-canvas[data-drawing]") !== null;
      const onControl = event.target instanceof HTMLElement && event.target.closest("a, button, video") !== null;
      const deed = deedOf({ key: event.key, onControl, editing, mayAct: store.mayAct.value }, route.value);
      if (deed === "open") go("alarms", { id: alarm.id });
      else if (deed === "acknowledge") void acknowledge(alarm.id);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  return null;
}

/** Says that the address names no page. */
function Unknown() {
  const { page, unknown } = route.value;
  const w = words.value;
  if (!unknown || page === "login") return null;
  return (
    <p class="page-note muted" role="status">
      {w.care.unknownPage(unknown, w.nav[page])}
    </p>
  );
}

function Guard({ children }: { children: ComponentChildren }) {
  const [fault] = useErrorBoundary();
  if (!fault) return children;
  const w = words.value.fault;
  return (
    <Empty icon="high" title={w.page} help={fault instanceof Error ? fault.message : String(fault)}>
      <button type="button" onClick={() => location.reload()}>
        {w.reload}
      </button>
    </Empty>
  );
}
