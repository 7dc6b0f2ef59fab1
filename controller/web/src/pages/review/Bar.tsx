/** What the review is narrowed by; every choice stands in the address. */
import { useEffect, useState } from "preact/hooks";
import { getSearchChoices } from "../../api/search";
import * as store from "../../api/store";
import { SEVERITIES } from "../../lib/alarms";
import { previewsMove, words } from "../../lib/preferences";
import { asOne, byPlace, leftOnly, OF, oneOf, spanOf, SPANS } from "../../lib/review";
import { Segments, Select } from "../../ui/parts";
import { Views } from "../alarms/Views";

const STATES = ["raised", "acknowledged", "in_action", "resolved"] as const;

export type Change = (next: Record<string, string | undefined>) => void;

export function Bar({ query, change, reload }: { query: Readonly<Record<string, string>>; change: Change; reload: () => void }) {
  const w = words.value;
  const r = w.review;
  const [classes, setClasses] = useState<readonly string[]>([]);
  useEffect(() => void getSearchChoices().then((answer) => answer.ok && setClasses(answer.data.classes)), []);
  const of = OF.find((one) => one === query["of"]) ?? "all";
  const narrowing = ["severity", "state", "class", "seen", "motion", "group"].filter((field) => query[field]).length;
  return (
    <div class="review-bar">
      <Views query={query} />
      <Segments
        label={r.spanLabel}
        value={spanOf(query)}
        options={SPANS.map((one) => [one, r.span[one]] as const)}
        choose={(span) => change({ span: span === "7" ? undefined : span, day: undefined })}
      />
      <Segments
        label={r.ofLabel}
        value={of}
        options={OF.map((one) => [one, r.of[one]] as const)}
        choose={(next) => change({ of: next === "all" ? undefined : next, severity: undefined, state: undefined, class: undefined })}
      />
      <Select
        label={w.camera.label}
        value={oneOf(query, "camera")}
        options={[["", w.camera.label], ...(store.cameras.value ?? []).map((camera) => [camera.id, camera.name || camera.id] as const)]}
        choose={(camera) => change({ camera: asOne(camera) })}
      />
      <details class="review-fold">
        <summary>{w.search.filters(narrowing)}</summary>
        <div class="review-more">
          {of !== "events" && (
            <>
              <Select
                label={w.alarms.filter.severity}
                value={oneOf(query, "severity")}
                options={[["", w.alarms.filter.severity], ...SEVERITIES.map((one) => [one, w.severity[one]] as const)]}
                choose={(severity) => change({ severity: asOne(severity), class: undefined })}
              />
              <Select
                label={w.alarms.filter.state}
                value={oneOf(query, "state")}
                options={[["", w.alarms.filter.state], ...STATES.map((one) => [one, w.alarmState[one]] as const)]}
                choose={(state) => change({ state: asOne(state), class: undefined })}
              />
            </>
          )}
          {of !== "alarms" && classes.length > 0 && (
            <Select
              label={r.class}
              value={oneOf(query, "class")}
              options={[["", r.class], ...classes.map((name) => [name, w.className(name)] as const)]}
              choose={(name) => change({ class: asOne(name), severity: undefined, state: undefined })}
            />
          )}
          <Switch on={!leftOnly(query)} text={r.seen} flip={(on) => change({ seen: on ? "1" : undefined })} />
          {of !== "alarms" && <Switch on={query["motion"] === "1"} text={r.motion} flip={(on) => change({ motion: on ? "1" : undefined })} />}
          <Switch on={byPlace(query)} text={r.byPlace} flip={(on) => change({ group: on ? "place" : undefined })} />
          <Switch on={previewsMove.value} text={r.moving} flip={(on) => (previewsMove.value = on)} />
        </div>
      </details>
      <button type="button" class="quiet push" onClick={reload}>
        {r.reload}
      </button>
    </div>
  );
}

function Switch({ on, text, flip }: { on: boolean; text: string; flip: (on: boolean) => void }) {
  return (
    <label class="review-switch">
      <input type="checkbox" checked={on} onChange={(event) => flip(event.currentTarget.checked)} />
      {text}
    </label>
  );
}
