/** The frame around every page: rail, top strip, state of the connection and of verification. */
import type { ComponentChildren } from "preact";
import { feed, reconnect } from "../api/feed";
import * as store from "../api/store";
import { clockTime } from "../lib/format";
import { words } from "../lib/preferences";
import { sentence } from "../lib/said";
import { formatRoute, type PageName } from "../lib/route";
import { elsewhere } from "../lib/zone";
import { Icon } from "../ui/Icon";
import { now_ms, route } from "./place";
import { SoundChip } from "./SoundChip";
import { Strip } from "./Strip";

const RAIL: readonly PageName[] = ["wall", "alarms", "timeline", "search", "reports", "exports", "rules", "site", "settings"];

/** Pages of recordings. */
const PLAYED: ReadonlySet<PageName> = new Set(["timeline", "exports"]);

export function Shell({ children }: { children: ComponentChildren }) {
  const w = words.value;
  return (
    <div class="shell" data-offline={feed.value.kind === "off" || undefined}>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), document.getElementById("main")?.focus())}>
        {w.nav.skip}
      </a>
      <nav class="rail" aria-label={w.nav.label}>
        <img class="rail-mark" src="/icon.svg" width={28} height={28} alt="SHT-CCTV" />
        {RAIL.filter((page) => store.mayPlay.value || !PLAYED.has(page)).map((page) => (
          <RailLink key={page} page={page} />
        ))}
      </nav>
      <header class="top">
        <SiteName />
        <Strip />
        <Works />
        <Verification />
        <SoundChip />
        <Clock />
      </header>
      <Connection />
      <main id="main" class="page" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function RailLink({ page }: { page: PageName }) {
  const w = words.value;
  const waiting = page === "alarms" ? store.unacknowledged.value.length : 0;
  const name = page === "login" ? "" : w.nav[page];
  if (page === "login") return null;
  return (
    <a class="rail-link" href={formatRoute(page)} aria-current={route.value.page === page ? "page" : undefined}>
      <span class="rail-icon">
        <Icon name={page} size={22} />
        {waiting > 0 && (
          <span class="badge" aria-label={w.strip.unacknowledged(waiting)}>
            {waiting > 99 ? "99+" : waiting}
          </span>
        )}
      </span>
      {name}
    </a>
  );
}

function SiteName() {
  const state = store.session.value;
  if (state.kind !== "in") return null;
  return (
    <span class="site-name">
      <span class="clip-text">{state.session.site}</span>
      {state.session.demo && (
        <span class="chip" title={words.value.common.demoNote}>
          {words.value.common.demo}
        </span>
      )}
    </span>
  );
}

/** What is in maintenance now, on every page. */
function Works() {
  const running = store.maintenance.value.filter((one) => Date.parse(one.until_at) > now_ms.value);
  if (running.length === 0) return null;
  return (
    <a class="chip wide-only" href={formatRoute("alarms")} title={words.value.hands.suppressedHelp}>
      <Icon name="wrench" size={14} />
      {words.value.maintenance.count(running.length)}
    </a>
  );
}

function Verification() {
  const state = store.system.value;
  if (!state || state.verification === "ok") return null;
  const w = words.value.feed;
  return (
    <a class="chip warn" href={formatRoute("site", { view: "server" })} title={`${sentence(state.verification_said, state.verification_reason, words.value)} ${w.degradedLong}`}>
      <Icon name={state.verification === "down" ? "high" : "medium"} size={14} />
      <span class="chip-word">{state.verification === "down" ? w.down : w.degraded}</span>
    </a>
  );
}

/** The site's clock; its zone is named where the one of who looks tells another time. */
function Clock() {
  const state = store.session.value;
  const at_ms = now_ms.value;
  if (state.kind !== "in") return null;
  const { time_zone } = state.session;
  return (
    <time class="top-clock" title={time_zone}>
      {clockTime(at_ms)}
      {elsewhere(at_ms) && <span class="top-zone">{time_zone}</span>}
    </time>
  );
}

function Connection() {
  const state = feed.value;
  if (state.kind !== "off") return null;
  return (
    <p class="offline" role="status">
      <Icon name="offline" size={16} />
      <span>{words.value.feed.offline(clockTime(state.since_ms))}</span>
      <button type="button" class="quiet" onClick={reconnect}>
        {words.value.presence.retry}
      </button>
    </p>
  );
}
