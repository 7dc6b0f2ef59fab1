/** The newest unacknowledged alarm, on every page, one key away. */
import { useState } from "preact/hooks";
import { feed } from "../api/feed";
import * as store from "../api/store";
import { words } from "../lib/preferences";
import { placeOf, titleOf } from "../lib/reason";
import { formatRoute } from "../lib/route";
import { Age } from "../ui/AlarmCard";
import { Icon } from "../ui/Icon";
import { SeverityMark } from "../ui/parts";
import { acknowledge } from "./actions";
import { now_ms } from "./place";

export function Strip() {
  const w = words.value;
  const [fault, setFault] = useState("");
  const alarm = store.headline.value;
  if (!alarm)
    return (
      <div class="strip quiet-strip" role="status">
        {feed.value.kind === "off" ? (
          <span class="muted clip-text">{w.presence.unknown}</span>
        ) : (
          store.cameras.value && <span class="muted clip-text">{w.strip.quiet}</span>
        )}
      </div>
    );
  const graver = store.gravely.value;
  const others = store.unacknowledged.value.length - 1;
  return (
    <div class="strip" data-severity={alarm.severity} role="status">
      <a class="strip-link" href={formatRoute("alarms", { id: alarm.id })} title={`${w.strip.open} (Enter)`}>
        <SeverityMark severity={alarm.severity} />
        <strong class="clip-text">{titleOf(alarm, w)}</strong>
        <span class="muted clip-text strip-place">
          {alarm.zone_name ? `${alarm.zone_name} · ` : ""}
          {placeOf(alarm, store.cameraNames.value, w)}
        </span>
        <span class="muted nowrap wide-only"><Age since_ms={Date.parse(alarm.raised_at)} now_ms={now_ms} /></span>
        {others > 0 && <span class="muted nowrap wide-only">{w.strip.more(others)}</span>}
      </a>
      {graver && (
        <a class="strip-graver" href={formatRoute("alarms", { id: graver.id })} title={w.strip.graver(titleOf(graver, w))}>
          <SeverityMark severity={graver.severity} bare />
          <span class="unseen">{w.strip.graver(titleOf(graver, w))}</span>
        </a>
      )}
      {store.mayAct.value && (
        <button type="button" class="strip-act" title={fault || `${w.alarms.acknowledge} (A)`} onClick={() => void acknowledge(alarm.id).then((text) => setFault(text ?? ""))}>
          <Icon name={fault ? "high" : "check"} size={16} />
          <span class="strip-act-word">{w.alarms.acknowledge}</span>
        </button>
      )}
    </div>
  );
}
