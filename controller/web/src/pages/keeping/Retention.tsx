/** How long each camera's footage is kept, by which rules; administrators change it, and see first what would go. */
import { useEffect, useState } from "preact/hooks";
import { getRetention } from "../../api/retentionCalls";
import * as store from "../../api/store";
import type { Retention as Told } from "../../api/types";
import { bytes, dateTime } from "../../lib/format";
import { words } from "../../lib/preferences";
import { Fault } from "../../ui/parts";
import { explain } from "../actions";
import { PURPOSES, RetentionDialog, scopeOf, type Rule } from "./RetentionDialog";
import { SweepWaits } from "./SweepWaits";

const nameOf = (camera: string): string => store.shownName(store.cameraNames.value.get(camera) ?? camera);

export function Retention({ changed }: { changed: () => void }) {
  const w = words.value.retention;
  const [told, setTold] = useState<Told | null>(null);
  const [fault, setFault] = useState("");
  const [opened, setOpened] = useState<Rule | "new" | null>(null);
  const load = async (): Promise<void> => {
    const answer = await getRetention();
    if (answer.ok) setTold(answer.data);
    setFault(answer.ok ? "" : explain(answer.problem));
  };
  useEffect(() => void load(), []);
  const close = (): void => {
    setOpened(null);
    void load();
    changed();
  };
  return (
    <section>
      <div class="page-head">
        <h2>{w.title}</h2>
        <span class="push" />
        {store.mayConfigure.value && (
          <button type="button" onClick={() => setOpened("new")}>
            {w.change}
          </button>
        )}
      </div>
      <p class="muted">
        {w.help} {told && w.byFile(told.default_days)} {told?.quota_bytes != null && w.quota(bytes(told.quota_bytes))}
      </p>
      {fault && <Fault>{fault}</Fault>}
      {told?.waiting && <SweepWaits waiting={told.waiting} changed={() => void load()} />}
      {told && told.cameras.length > 0 && <ByCamera told={told} />}
      {told && told.rules.length > 0 && (
        <>
          <h3>{w.rules}</h3>
          <ul class="export-list">
            {told.rules.map((rule) => (
              <li key={`${rule.camera} ${rule.media_class}`} class="export">
                <div class="export-head">
                  <strong>{scopeOf(rule)}</strong>
                  <span>{w.some(rule.days)}</span>
                  <span class="push" />
                  {store.mayConfigure.value && (
                    <button type="button" class="quiet" onClick={() => setOpened(rule)}>
                      {w.takeBack}
                    </button>
                  )}
                </div>
                <span class="muted">{w.by(rule.changed_by, dateTime(Date.parse(rule.changed_at)).slice(0, 16))}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {opened && told && <RetentionDialog rule={opened === "new" ? null : opened} told={told} close={close} />}
    </section>
  );
}

function ByCamera({ told }: { told: Told }) {
  const w = words.value.retention;
  return (
    <div class="table-scroll">
      <table class="stacking">
        <thead>
          <tr>
            <th scope="col">{w.camera}</th>
            {PURPOSES.map((one) => (
              <th key={one} scope="col">
                {w.purposes[one]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {told.cameras.map((camera) => (
            <tr key={camera.camera}>
              <th scope="row">
                {nameOf(camera.camera)} <span class="muted block">{camera.camera}</span>
              </th>
              {PURPOSES.map((one) => (
                <td key={one} data-name={w.purposes[one]}>
                  {w.some(camera.days[one] ?? told.default_days)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
