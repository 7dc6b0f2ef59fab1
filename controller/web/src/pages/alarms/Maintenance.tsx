/** What is being worked on now, and beginning and ending it. */
import { useState } from "preact/hooks";
import { beginMaintenance, endMaintenance } from "../../api/calls";
import * as store from "../../api/store";
import type { Maintenance } from "../../api/types";
import { moment } from "../../lib/format";
import { words } from "../../lib/preferences";
import { Choices, Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { Fault, Select } from "../../ui/parts";
import { explain } from "../actions";
import { now_ms } from "../place";

const MINUTES = [30, 60, 120, 240, 480] as const;
const SITE = "site:";

/** What a window is about. */
function subject(scope: Maintenance["scope"], target: string): string {
  const w = words.value.maintenance;
  if (scope === "site") return w.site;
  return scope === "node" ? w.node(target) : w.camera(store.cameraNames.value.get(target) ?? target);
}

export function MaintenanceBar() {
  const w = words.value.maintenance;
  const [fault, setFault] = useState("");
  const running = store.maintenance.value.filter((one) => one.ended_at === null && Date.parse(one.until_at) > now_ms.value);
  if (running.length === 0) return null;
  const end = async (id: string): Promise<void> => {
    const answer = await endMaintenance(id);
    if (answer.ok) store.apply({ id: 0, kind: "maintenance", data: answer.data });
    setFault(answer.ok ? "" : explain(answer.problem));
  };
  return (
    <ul class="works" aria-label={w.title}>
      {running.map((one) => (
        <li key={one.id} class="work">
          <Icon name="wrench" size={16} />
          <span class="work-words">
            <strong>{subject(one.scope, one.target)}</strong> <span class="muted">{one.why}</span>
            <span class="muted work-line">
              {w.until(moment(Date.parse(one.until_at), now_ms.value))} · {w.by(one.who)}
            </span>
          </span>
          {store.mayAct.value && (
            <button type="button" class="quiet" onClick={() => void end(one.id)}>
              {w.end}
            </button>
          )}
        </li>
      ))}
      {fault && <Fault>{fault}</Fault>}
    </ul>
  );
}

export function MaintenanceDialog({ close }: { close: () => void }) {
  const w = words.value.maintenance;
  const [target, setTarget] = useState(SITE);
  const targets: (readonly [string, string])[] = [
    [SITE, w.site],
    ...(store.nodes.value ?? []).map((node) => [`node:${node.id}`, w.node(node.id)] as const),
    ...(store.cameras.value ?? []).map((camera) => [`camera:${camera.id}`, w.camera(camera.name || camera.id)] as const),
  ];
  const submit = async (form: FormData): Promise<string | null> => {
    const [scope = "", id = ""] = target.split(/:(.*)/s);
    const why = form.get("why");
    const answer = await beginMaintenance(scope as Maintenance["scope"], id, Number(form.get("minutes")), typeof why === "string" ? why : "");
    if (!answer.ok) return explain(answer.problem);
    store.apply({ id: 0, kind: "maintenance", data: answer.data });
    return null;
  };
  return (
    <Dialog title={w.beginTitle} about={w.help} deed={w.begin} submit={submit} close={close}>
      <Select label={w.target} value={target} options={targets} choose={setTarget} />
      <label>
        {w.why}
        <input name="why" type="text" maxLength={500} required autofocus placeholder={w.whyPlaceholder} />
      </label>
      <Choices label={w.lasts} name="minutes" options={MINUTES.map((one) => [String(one), words.value.hands.minutes(one)] as const)} chosen="60" />
    </Dialog>
  );
}
