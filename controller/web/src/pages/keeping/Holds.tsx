/** Footage that nobody deletes: what is held, why and by whom; held and released here. */
import { useEffect, useState } from "preact/hooks";
import { serverNow_ms } from "../../api/client";
import { addHold, getHolds } from "../../api/holdCalls";
import * as store from "../../api/store";
import type { Hold } from "../../api/types";
import { spansOf } from "../../lib/exports";
import { bytes, dateTime, fieldTime } from "../../lib/format";
import { text } from "../../lib/formText";
import { words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { Fault } from "../../ui/parts";
import { explain } from "../actions";
import { AskedFor, HoldSteps, LockField } from "./HoldSteps";
import { ReleaseDialog } from "./ReleaseDialog";

const TEN_MINUTES_MS = 600_000;
const SECOND_MS = 1000;
const nameOf = (camera: string): string => store.cameraNames.value.get(camera) ?? camera;

export function Holds() {
  const w = words.value.holds;
  const [all, setAll] = useState<readonly Hold[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [fault, setFault] = useState("");
  const [opened, setOpened] = useState<Hold | "add" | null>(null);
  const load = async (cursor: string | null): Promise<void> => {
    const answer = await getHolds(cursor);
    if (!answer.ok) return setFault(explain(answer.problem));
    setFault("");
    setAll((before) => (cursor ? [...(before ?? []), ...answer.data.items] : answer.data.items));
    setNext(answer.data.next);
  };
  useEffect(() => void load(null), []);
  const close = (): void => {
    setOpened(null);
    void load(null);
  };
  return (
    <section>
      <div class="page-head">
        <h2>{w.title}</h2>
        <span class="push" />
        {store.mayExport.value && (
          <button type="button" onClick={() => setOpened("add")}>
            {w.add}
          </button>
        )}
      </div>
      <p class="muted">{all?.length === 0 ? w.none : w.help}</p>
      {fault && <Fault>{fault}</Fault>}
      <ul class="export-list">
        {all?.map((one) => (
          <li key={one.id} class="export">
            <div class="export-head">
              <strong>{one.reason}</strong>
              {one.locked && <span class="muted">{w.locked}</span>}
              <span class="push" />
              <HoldSteps one={one} open={() => setOpened(one)} changed={() => void load(null)} />
            </div>
            <AskedFor one={one} />
            <span>
              <Icon name="camera" size={14} /> {nameOf(one.camera)} <time>{`${dateTime(one.start_ms)} – ${dateTime(one.end_ms)}`}</time>
            </span>
            <span class="muted">{`${w.by(one.who, dateTime(Date.parse(one.created_at)).slice(0, 16))} · ${w.size(one.runs, bytes(one.bytes))}`}</span>
          </li>
        ))}
      </ul>
      {next && (
        <button type="button" class="quiet" onClick={() => void load(next)}>
          {w.more}
        </button>
      )}
      {opened === "add" && <AddDialog close={close} />}
      {opened && opened !== "add" && <ReleaseDialog hold={opened} close={close} />}
    </section>
  );
}

function AddDialog({ close }: { close: () => void }) {
  const w = words.value.holds;
  const e = words.value.exports;
  const [opened_ms] = useState(() => Math.floor(serverNow_ms() / SECOND_MS) * SECOND_MS - SECOND_MS);
  const submit = async (form: FormData): Promise<string | null> => {
    const span = spansOf([text(form, "camera")], text(form, "from"), text(form, "to"), serverNow_ms())?.[0];
    if (!span) return e.badSpan;
    const answer = await addHold(span, text(form, "why"), form.get("lock") !== null);
    return answer.ok ? null : explain(answer.problem);
  };
  return (
    <Dialog title={w.addTitle} about={w.addHelp} deed={w.deed} submit={submit} close={close}>
      <label>
        {words.value.camera.label}
        <select name="camera" required>
          {[...store.cameraNames.value].map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        {e.from}
        <input name="from" type="datetime-local" step={1} required defaultValue={fieldTime(opened_ms - TEN_MINUTES_MS)} />
      </label>
      <label>
        {e.to}
        <input name="to" type="datetime-local" step={1} required defaultValue={fieldTime(opened_ms)} />
      </label>
      <label>
        {w.why}
        <input name="why" type="text" required maxLength={500} placeholder={w.whyPlaceholder} />
      </label>
      <LockField />
    </Dialog>
  );
}
