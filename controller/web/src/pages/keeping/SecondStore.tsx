/** The second store: what lies there, what waits to move, what is wrong; administrators say what moves and when. */
import { useEffect, useState } from "preact/hooks";
import type { Storage } from "../../api/fleetCalls";
import { getMoves } from "../../api/retentionCalls";
import * as store from "../../api/store";
import type { Moves } from "../../api/types";
import { bytes, dateTime } from "../../lib/format";
import { words } from "../../lib/preferences";
import { Icon } from "../../ui/Icon";
import { Fact, Facts, Fault } from "../../ui/parts";
import { explain } from "../actions";
import { MoveDialog, nameOf, SUBJECTS, whenOf, type Subject } from "./MoveDialog";

export function SecondStore({ told }: { told: Storage["second"] }) {
  const w = words.value.second;
  const [moves, setMoves] = useState<Moves | null>(null);
  const [fault, setFault] = useState("");
  const [opened, setOpened] = useState<Subject | null>(null);
  const load = async (): Promise<void> => {
    const answer = await getMoves();
    if (answer.ok) setMoves(answer.data);
    setFault(answer.ok ? "" : explain(answer.problem));
  };
  const there = told !== null;
  useEffect(() => void (there && load()), [there]);
  if (!told) return null;
  const close = (): void => {
    setOpened(null);
    void load();
  };
  return (
    <section>
      <h2>{w.title}</h2>
      <Lying told={told} />
      {fault && <Fault>{fault}</Fault>}
      {moves?.second && (
        <>
          <h3>{w.rules}</h3>
          <p class="muted">{w.help}</p>
          <ul class="export-list">
            {SUBJECTS.map((subject) => (
              <li key={subject} class="export">
                <div class="export-head">
                  <strong>{nameOf(subject)}</strong>
                  <span>{whenOf(moves, subject)}</span>
                  <span class="push" />
                  {store.mayConfigure.value && (
                    <button type="button" class="quiet" aria-label={w.changeOf(nameOf(subject))} onClick={() => setOpened(subject)}>
                      {w.change}
                    </button>
                  )}
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
      {opened && moves && <MoveDialog subject={opened} told={moves} close={close} />}
    </section>
  );
}

function Lying({ told }: { told: NonNullable<Storage["second"]> }) {
  const w = words.value.second;
  const wrong = told.kind === null ? w.unnamed : told.fault === null ? null : (w.faults[told.fault] ?? told.fault);
  return (
    <>
      {wrong !== null && (
        <p class="verdict">
          <Icon name="medium" size={16} /> {wrong} {told.since_ms !== null && w.since(dateTime(told.since_ms).slice(0, 16))}
        </p>
      )}
      <Facts>
        <Fact name={told.kind === null ? w.title : (words.value.targets.kind[told.kind] ?? told.kind)}>{w.size(bytes(told.used_bytes), String(told.runs))}</Fact>
        {told.kind !== null && <Fact name={w.waiting}>{told.waiting_runs === 0 ? w.nothing : w.size(bytes(told.waiting_bytes), String(told.waiting_runs))}</Fact>}
        {told.kind !== null && <Fact name={w.moved}>{told.moved_ms === null ? w.never : dateTime(told.moved_ms).slice(0, 16)}</Fact>}
      </Facts>
    </>
  );
}
