/** Puts a rule of retention or takes one back: what would go is shown before, and what it does to the forecast. */
import { useState } from "preact/hooks";
import { getRetention, previewRetention, putRetention } from "../../api/retentionCalls";
import * as store from "../../api/store";
import type { Retention, RetentionChange, RetentionPreview } from "../../api/types";
import { bytes, dateTime } from "../../lib/format";
import { text } from "../../lib/formText";
import { words } from "../../lib/preferences";
import { outlook } from "../../lib/storage";
import { Dialog } from "../../ui/Dialog";
import { TOO_LATE, useEdited } from "../useEdited";
import { explain } from "../actions";

export const PURPOSES = ["promoted", "gated", "motion", "continuous"] as const;
export type Rule = Retention["rules"][number];
type Change = Omit<RetentionChange, "confirm">;
const nameOf = (camera: string): string => store.cameraNames.value.get(camera) ?? camera;

/** Whose footage a rule is about, in words. */
export function scopeOf(rule: Pick<Rule, "camera" | "media_class">): string {
  const w = words.value.retention;
  return `${rule.camera === null ? w.allCameras : store.shownName(nameOf(rule.camera))} · ${rule.media_class === null ? w.allPurposes : w.purposes[rule.media_class]}`;
}

/** `rule`: the one to take back; none: the form says. */
export function RetentionDialog({ rule, told, close }: { rule: Rule | null; told: Retention; close: () => void }) {
  const w = words.value.retention;
  const edit = useEdited<Retention>(told, (now) => Object.fromEntries(now.rules.map((one) => [scopeOf(one), w.some(one.days)])));
  const [shown, setShown] = useState<{ change: Change; preview: RetentionPreview } | null>(null);
  const changeOf = (form: FormData): Change =>
    rule
      ? { camera: rule.camera, media_class: rule.media_class, days: null }
      : {
          camera: text(form, "camera") || null,
          media_class: PURPOSES.find((one) => one === text(form, "purpose")) ?? null,
          days: Number(text(form, "days")),
        };
  const submit = async (form: FormData): Promise<string | null> => {
    const change = changeOf(form);
    if (!shown || JSON.stringify(shown.change) !== JSON.stringify(change)) {
      const answer = await previewRetention({ ...change, confirm: false });
      if (!answer.ok) return explain(answer.problem);
      setShown({ change, preview: answer.data });
      return shown ? w.changed : "";
    }
    const answer = await putRetention({ ...change, confirm: shown.preview.shortens }, edit.headers());
    if (answer.ok || answer.problem.status !== TOO_LATE) return answer.ok ? null : explain(answer.problem);
    const now = await getRetention();
    setShown(null);
    return now.ok ? edit.conflict(now.data) : explain(now.problem);
  };
  const deed = !shown ? w.show : shown.preview.going.length > 0 ? w.shorten : w.save;
  return (
    <Dialog title={rule ? w.takeBackTitle : w.changeTitle} about={w.changeHelp} deed={deed} submit={submit} close={close}>
      {!rule && (
        <>
          <label>
            {w.camera}
            <select name="camera">
              <option value="">{w.allCameras}</option>
              {[...store.cameraNames.value].map(([id, name]) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label>
            {w.purpose}
            <select name="purpose">
              <option value="">{w.allPurposes}</option>
              {PURPOSES.map((one) => (
                <option key={one} value={one}>
                  {w.purposes[one]}
                </option>
              ))}
            </select>
          </label>
          <label>
            {w.days}
            <input name="days" type="number" min={1} max={3650} required defaultValue="30" />
          </label>
        </>
      )}
      {shown && <Preview preview={shown.preview} />}
    </Dialog>
  );
}

function Preview({ preview }: { preview: RetentionPreview }) {
  const w = words.value.retention;
  const day = (at_ms: number): string => dateTime(at_ms).slice(0, 10);
  const foretell = (forecast: RetentionPreview["forecast"]): string =>
    outlook({ forecast, retention_days: Math.round(forecast.keeps_days ?? 0) }, words.value.fleet.storage).text;
  return (
    <div class="deletion-preview" role="status">
      <ul>
        {preview.going.map((one) => (
          <li key={`${one.camera} ${one.media_class}`}>
            <strong>{w.goes(nameOf(one.camera), w.purposes[one.media_class] ?? one.media_class, one.runs, bytes(one.bytes), day(one.from_ms), day(one.to_ms))}</strong>
          </li>
        ))}
        {preview.going.length === 0 && <li>{w.nothing}</li>}
        {preview.going.length === 0 && preview.shortens && <li>{w.later}</li>}
        <li class="muted">
          {w.now}: {foretell(preview.forecast)}
        </li>
        <li class="muted">
          {w.then}: {foretell(preview.forecast_then)}
        </li>
      </ul>
    </div>
  );
}
