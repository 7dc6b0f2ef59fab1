/** The ways by which something may leave the site, each with its switch: who let it, when and why. */
import { useState } from "preact/hooks";
import { switchWay, type Privacy, type WayOut } from "../../api/privacy";
import { text } from "../../lib/formText";
import { dateTime } from "../../lib/format";
import { words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { Chip, Fault } from "../../ui/parts";
import { explain } from "../actions";

/** A reason of fewer characters says nothing. */
const LEAST = 2;
/** Pictures go along beside what these are for. */
const PICTURED: readonly WayOut["kind"][] = ["message", "language_model"];

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
          {one.leads && ` · ${told(one)}`}
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
  const [fault, setFault] = useState("");
  const submit = async (form: FormData): Promise<string | null> => {
    const reason = text(form, "reason").trim();
    setFault(reason.length < LEAST ? w.reasonNeeded : "");
    if (reason.length < LEAST) return "";
    const answer = await switchWay(one, !one.open, reason);
    if (!answer.ok) return explain(answer.problem);
    changed(answer.data);
    return null;
  };
  return (
    <Dialog
      title={one.open ? w.shutTitle(one.name) : w.openTitle(one.name)}
      about={one.open ? w.shutHelp : one.leads ? w.openTo(told(one)) : w.openHelp}
      deed={one.open ? w.shutWay : w.openWay}
      submit={submit}
      close={close}
    >
      {!one.open && (
        <p>
          {w.leaves[one.kind]}
          {one.pictures && PICTURED.includes(one.kind) && ` ${w.picturesLeave}`}
        </p>
      )}
      {!one.open && one.leads.startsWith("http://") && <Fault>{w.clearText}</Fault>}
      <Field name="reason" label={w.reason} help={w.reasonHelp} fault={fault} autofocus />
    </Dialog>
  );
}

/** Where it leads; of a language model the address and then the name of the model. */
function told(one: WayOut): string {
  const at = one.kind === "language_model" ? one.leads.indexOf(" ") : -1;
  return at < 0 ? one.leads : words.value.privacy.withModel(one.leads.slice(0, at), one.leads.slice(at + 1));
}
