/** The open alarms beside the wall, newest first. */
import { pictureUrl } from "../../api/calls";
import * as store from "../../api/store";
import { words } from "../../lib/preferences";
import { placeOf } from "../../lib/reason";
import { formatRoute } from "../../lib/route";
import { AlarmCard } from "../../ui/AlarmCard";
import { now_ms } from "../place";

const MOST = 30;

export function Drawer() {
  const w = words.value;
  const open = store.openAlarms.value;
  return (
    <aside class="drawer" aria-label={w.wall.drawer}>
      <header class="drawer-head">
        <h2>{w.wall.drawer}</h2>
        <a class="muted" href={formatRoute("alarms")}>
          {w.alarms.count(Math.max(store.openTotal.value, open.length))}
        </a>
      </header>
      <div class="drawer-list">
        {open.length === 0 && <p class="muted drawer-none">{w.wall.noAlarms}</p>}
        {open.slice(0, MOST).map((alarm) => (
          <AlarmCard
            key={alarm.id}
            alarm={alarm}
            place={placeOf(alarm, store.cameraNames.value, w)}
            picture={alarm.has_picture ? pictureUrl(alarm.id) : null}
            now_ms={now_ms}
            href={formatRoute("alarms", { id: alarm.id })}
          />
        ))}
      </div>
    </aside>
  );
}
