/** What administrators switch for the whole site while it runs: how it stands, who switched it, and the switch. */
import { useEffect, useState } from "preact/hooks";
import { getFeatures, switchFeature } from "../../api/featureCalls";
import type { Feature } from "../../api/types";
import { dateTime } from "../../lib/format";
import { words } from "../../lib/preferences";
import { Chip, Fault, Loading } from "../../ui/parts";
import { explain } from "../actions";
import { TOO_LATE } from "../useEdited";

export function Features() {
  const w = words.value.features;
  const [told, setTold] = useState<readonly Feature[] | null>(null);
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState("");
  const load = async (): Promise<void> => {
    const answer = await getFeatures();
    if (answer.ok) setTold(answer.data);
    else setFault(explain(answer.problem));
  };
  useEffect(() => void load(), []);
  const flip = async (one: Feature): Promise<void> => {
    setBusy(one.name);
    const answer = await switchFeature(one, !one.on);
    setFault(answer.ok ? "" : answer.problem.status === TOO_LATE ? w.late : explain(answer.problem));
    await load();
    setBusy("");
  };
  return (
    <section>
      <h2>{w.title}</h2>
      <p class="muted">{w.help}</p>
      {fault && <Fault>{fault}</Fault>}
      {!told ? (
        !fault && <Loading />
      ) : (
        <ul class="export-list">
          {told.map((one) => (
            <Row key={one.name} one={one} busy={busy !== ""} flip={() => void flip(one)} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Row({ one, busy, flip }: { one: Feature; busy: boolean; flip: () => void }) {
  const w = words.value.features;
  const name = w.name[one.name] ?? one.name;
  const deed = one.on ? w.turnOff : w.turnOn;
  return (
    <li class="export">
      <div class="export-head">
        <strong>{name}</strong>
        <span class="push" />
        <Chip icon={one.on ? "check" : "medium"}>{one.on ? w.on : w.off}</Chip>
        <button type="button" class="quiet" aria-label={`${deed}: ${name}`} disabled={busy} onClick={flip}>
          {deed}
        </button>
      </div>
      <p class="muted">{w.about[one.name] ?? one.about}</p>
      <p class="muted">{one.changed_by === null || one.changed_at === null ? w.usual : w.by(one.changed_by, dateTime(Date.parse(one.changed_at)).slice(0, 16))}</p>
    </li>
  );
}
