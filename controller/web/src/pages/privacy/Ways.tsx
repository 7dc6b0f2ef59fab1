/** The ways by which something may leave the site, each with its switch: who let it, when and why. */
import { useState } from "preact/hooks";
import { switchWay, type Privacy, type WayOut } from "../../api/privacy";
import { text } from "../../lib/formText";
import { dateTime } from "../../lib/format";
import { words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { Chip } from "../../ui/parts";
import { explain } from "../actions";

export function Ways({ told, changed }: { told: Privacy; changed: (next: Privacy) => void }) {
  const w = words.value.privacy;
  const [switching, setSwitching] = useState<WayOut | null>(null);
  return (
    <section>
      <h2>{w.ways}</h2>
      <p class="muted">{told.ways.some((one) => one.open) ? w.waysHelp : w.waysClosed}</p>
      <ul class="export-list">
        {told.ways.map((one) => (
          <Row key={`${one.kind} ${one.name}`} one={one} ask={() => setSwitching(one)} />
        ))}
      </ul>
      {switching && <SwitchDialog one={switching} changed={changed} close={() => setSwitching(null)} />}
    </section>
  );
}

function Row({ one, ask }: { one: WayOut; ask: () => void }) {
  const w = words.value.privacy;
  const waits = one.standing === "new" || one.standing === "moved";
  return (
    <li class="export">
      <div class="export-head">
        <strong>{w.way[one.kind]}</strong>
        <span class="muted">{one.name}</span>
        <span class="push" />
        {one.open && one.pictures && <Chip icon="photo">{w.withPictures}</Chip>}
        <Chip icon={one.open ? "high" : waits ? "medium" : "check"}>{w.standing[one.standing]}</Chip>
        {one.switchable && (
          <button type="button" class="quiet" aria-label={`${one.open ? w.shutWay : w.openWay}: ${one.name}`} onClick={ask}>
            {one.open ? w.shutWay : w.openWay}
          </button>
        )}
      </div>
      {one.standing !== "off" && (
        <p class="muted">
          {w.by[one.by]}
          {one.leads && ` · ${one.leads}`}
          {one.at && ` · ${one.who}, ${dateTime(Date.parse(one.at))}: ${one.reason}`}
        </p>
      )}
      {waits && <p class="fault">{one.standing === "moved" ? w.moved : w.fresh}</p>}
      {!one.switchable && one.standing !== "off" && <p class="muted">{w.atMachine}</p>}
    </li>
  );
}

function SwitchDialog({ one, changed, close }: { one: WayOut; changed: (next: Privacy) => void; close: () => void }) {
  const w = words.value.privacy;
  const submit = async (form: FormData): Promise<string | null> => {
    const answer = await switchWay(one, !one.open, text(form, "reason"));
    if (!answer.ok) return explain(answer.problem);
    changed(answer.data);
    return null;
  };
  return (
    <Dialog
      title={one.open ? w.shutTitle(one.name) : w.openTitle(one.name)}
      about={one.open ? w.shutHelp : one.leads ? w.openTo(one.leads) : w.openHelp}
      deed={one.open ? w.shutWay : w.openWay}
      submit={submit}
      close={close}
    >
      <label>
        {w.reason}
        <input name="reason" type="text" required maxLength={500} autofocus />
      </label>
    </Dialog>
  );
}
