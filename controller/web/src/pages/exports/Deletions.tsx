/** Footage that was deleted by hand, and how an administrator deletes some. */
import { useEffect, useState } from "preact/hooks";
import { serverNow_ms } from "../../api/client";
import { deleteFootage, getDeletions, previewDeletion, type DeletionSpan } from "../../api/deletions";
import * as store from "../../api/store";
import type { Deletion, DeletionPreview } from "../../api/types";
import { spansOf } from "../../lib/exports";
import { fieldTime } from "../../lib/format";
import { bytes, dateTime } from "../../lib/format";
import { text } from "../../lib/formText";
import { words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { explain } from "../actions";

const HOUR_MS = 3_600_000;
const SECOND_MS = 1000;
const RUNNING_MS = 2000;
const nameOf = (camera: string): string => store.cameraNames.value.get(camera) ?? camera;

export function Deletions({ changed }: { changed: number }) {
  const w = words.value.deletions;
  const [all, setAll] = useState<readonly Deletion[]>([]);
  const running = all.some((one) => one.done_at === null);
  useEffect(() => {
    let current = true;
    const load = (): void => void getDeletions().then((answer) => current && answer.ok && setAll(answer.data.items));
    load();
    const timer = running ? setInterval(load, RUNNING_MS) : undefined;
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [running, changed]);
  if (all.length === 0) return null;
  return (
    <section>
      <h2>{w.title}</h2>
      <ul class="export-list">
        {all.map((one) => (
          <li key={one.id} class="export">
            <p class="export-state">
              <strong>{w.done(one.gone_runs, bytes(one.gone_bytes))}</strong>
              <span class="muted">{[one.done_at === null && w.left(one.left_runs), one.held_runs > 0 && w.keptHeld(one.held_runs)].filter(Boolean).join(" · ")}</span>
            </p>
            <span>{`${one.cameras.map(nameOf).join(", ")} · ${dateTime(one.start_ms)} – ${dateTime(one.end_ms)}`}</span>
            <span class="muted">{`${one.why} · ${one.who} · ${dateTime(Date.parse(one.created_at)).slice(0, 16)}`}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function DeleteDialog({ close }: { close: () => void }) {
  const w = words.value.deletions;
  const e = words.value.exports;
  const [opened_ms] = useState(() => Math.floor((serverNow_ms() - HOUR_MS) / SECOND_MS) * SECOND_MS);
  const [shown, setShown] = useState<{ span: DeletionSpan; preview: DeletionPreview } | null>(null);
  const session = store.session.value;
  const site = session.kind === "in" ? session.session.site : "";
  const cameras = [...store.cameraNames.value];

  const submit = async (form: FormData): Promise<string | null> => {
    const chosen = form.getAll("camera").map(String);
    if (chosen.length === 0) return w.noCamera;
    const first = spansOf(chosen, text(form, "from"), text(form, "to"), serverNow_ms() - HOUR_MS)?.[0];
    if (!first) return w.badSpan;
    const span = { cameras: chosen, start_ms: first.start_ms, end_ms: first.end_ms };
    if (!shown || JSON.stringify(shown.span) !== JSON.stringify(span)) {
      const answer = await previewDeletion(span);
      if (!answer.ok) return explain(answer.problem);
      setShown({ span, preview: answer.data });
      return shown ? w.changed : "";
    }
    const answer = await deleteFootage(span, text(form, "why"), text(form, "confirm"));
    return answer.ok ? null : explain(answer.problem);
  };
  return (
    <Dialog title={w.makeTitle} about={w.makeHelp} deed={shown ? w.deed : w.show} submit={submit} close={close}>
      <fieldset class="export-cameras">
        <legend>{e.cameras}</legend>
        {cameras.map(([id, name], place) => (
          <label key={id} class="check">
            <input type="checkbox" name="camera" value={id} autofocus={place === 0} />
            {name}
          </label>
        ))}
      </fieldset>
      <label>
        {e.from}
        <input name="from" type="datetime-local" step={1} required defaultValue={fieldTime(opened_ms - HOUR_MS)} />
      </label>
      <label>
        {e.to}
        <input name="to" type="datetime-local" step={1} required defaultValue={fieldTime(opened_ms)} />
      </label>
      {shown && (
        <>
          <Preview preview={shown.preview} />
          <label>
            {w.why}
            <input name="why" type="text" required maxLength={500} placeholder={w.whyPlaceholder} />
          </label>
          <label>
            {w.confirm(site)}
            <input name="confirm" type="text" required autocomplete="off" maxLength={80} />
          </label>
        </>
      )}
    </Dialog>
  );
}

function Preview({ preview }: { preview: DeletionPreview }) {
  const w = words.value.deletions;
  const going = preview.cameras.map((one) => w.goes(nameOf(one.camera), dateTime(one.from_ms), dateTime(one.to_ms), one.runs, bytes(one.bytes)));
  if (preview.pictures > 0) going.push(w.pictures(preview.pictures));
  const staying = [
    preview.held_runs > 0 && w.held(preview.held_runs, bytes(preview.held_bytes)),
    preview.coming > 0 && w.coming(preview.coming),
    w.rows(preview.events, preview.alarms),
    preview.exports.length > 0 && w.exports(preview.exports.length),
  ].filter(Boolean);
  return (
    <div class="deletion-preview" role="status">
      <ul>
        {going.map((line) => (
          <li key={line}>
            <strong>{line}</strong>
          </li>
        ))}
        {going.length === 0 && <li>{w.nothing}</li>}
        {staying.map((line) => (
          <li key={String(line)} class="muted">
            {line}
          </li>
        ))}
      </ul>
    </div>
  );
}
