/** Asks for an export of a span of cameras. */
import { useEffect, useState } from "preact/hooks";
import { getTargets, makeExport } from "../../api/exportCalls";
import { serverNow_ms } from "../../api/client";
import * as store from "../../api/store";
import type { ExportTarget } from "../../api/types";
import { isClearByRight } from "../../api/unmasks";
import { formOf, FORMS, spansOf } from "../../lib/exports";
import { fieldTime } from "../../lib/format";
import { text } from "../../lib/formText";
import { words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { Loading } from "../../ui/parts";
import { explain } from "../actions";

const TEN_MINUTES_MS = 600_000;
const SECOND_MS = 1000;


export function MakeDialog({ close }: { close: () => void }) {
  const w = words.value.exports;
  const [key] = useState(() => crypto.getRandomValues(new Uint32Array(4)).join("-"));
  const [opened_ms] = useState(() => Math.floor(serverNow_ms() / SECOND_MS) * SECOND_MS - SECOND_MS);
  const [targets, setTargets] = useState<readonly ExportTarget[]>([]);
  useEffect(() => void getTargets().then((answer) => answer.ok && setTargets(answer.data)), []);
  const cameras = [...store.cameraNames.value];
  const [chosen, setChosen] = useState<readonly string[]>(cameras.length === 1 ? cameras.map(([id]) => id) : []);
  const forms = chosen.every(isClearByRight) ? FORMS : (["derived"] as const);
  const submit = async (form: FormData): Promise<string | null> => {
    const chosen = form.getAll("camera").map(String);
    if (chosen.length === 0) return w.noCamera;
    const spans = spansOf(chosen, text(form, "from"), text(form, "to"), serverNow_ms());
    if (!spans) return w.badSpan;
    const answer = await makeExport(spans, [], text(form, "why"), key, text(form, "to-place") || null, formOf(text(form, "form")));
    return answer.ok ? null : explain(answer.problem);
  };
  return (
    <Dialog title={w.makeTitle} about={w.makeHelp} deed={w.begin} submit={submit} close={close}>
      <fieldset class="export-cameras">
        <legend>{w.cameras}</legend>
        {store.cameras.value === null ? <Loading /> : cameras.length === 0 && <p class="muted">{words.value.care.noCameras}</p>}
        {cameras.map(([id, name], place) => (
          <label key={id} class="check">
            <input
              type="checkbox"
              name="camera"
              value={id}
              checked={chosen.includes(id)}
              onChange={(event) => setChosen(event.currentTarget.checked ? [...chosen, id] : chosen.filter((one) => one !== id))}
              autofocus={place === 0}
            />
            {name}
          </label>
        ))}
      </fieldset>
      <label>
        {w.from}
        <input name="from" type="datetime-local" step={1} required defaultValue={fieldTime(opened_ms - TEN_MINUTES_MS)} />
      </label>
      <label>
        {w.to}
        <input name="to" type="datetime-local" step={1} required defaultValue={fieldTime(opened_ms)} />
      </label>
      <fieldset class="export-cameras">
        <legend>{w.formTitle}</legend>
        {forms.length === 1 && <p class="muted">{w.notClear}</p>}
        {forms.map((one) => (
          <label key={`${one} of ${forms.length}`} class="check">
            <input type="radio" name="form" value={one} defaultChecked={one === forms[0]} />
            <span>
              {w.form[one]} <span class="muted block">{w.formHelp[one]}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {targets.length > 0 && (
        <label>
          {w.target}
          <select name="to-place">
            <option value="">{w.toHere}</option>
            {targets.map((one) => (
              <option key={one.name} value={one.name}>
                {one.name}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        {w.why}
        <input name="why" type="text" maxLength={500} placeholder={w.whyPlaceholder} />
      </label>
    </Dialog>
  );
}
