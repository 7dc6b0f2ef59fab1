/** How long the audit's chain is, when it was last signed, and its check: with progress, and stopped at will. */
import { useEffect, useRef, useState } from "preact/hooks";
import { checkPart, getStanding, type AuditFault, type AuditStanding } from "../../api/audit";
import { words } from "../../lib/preferences";
import { Fault } from "../../ui/parts";
import { explain } from "../actions";

interface Checked {
  checked: number;
  last: number;
  forgotten: number;
  faults: readonly AuditFault[];
  over: boolean;
}
const TOLD_MAX = 50;

export function Check() {
  const w = words.value.audit;
  const [standing, setStanding] = useState<AuditStanding | null>(null);
  const [checked, setChecked] = useState<Checked | null>(null);
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const turn = useRef(0);
  const count = (value: number): string => value.toLocaleString(document.documentElement.lang);

  useEffect(() => {
    void getStanding().then((answer) => (answer.ok ? setStanding(answer.data) : setFault(explain(answer.problem))));
    return () => {
      turn.current++;
    };
  }, []);

  const check = async (): Promise<void> => {
    const mine = ++turn.current;
    setBusy(true);
    setFault("");
    let so: Checked = { checked: 0, last: standing?.seq ?? 0, forgotten: 0, faults: [], over: false };
    setChecked(so);
    for (let after: number | null = 0; after !== null; ) {
      const answer: Awaited<ReturnType<typeof checkPart>> = await checkPart(after);
      if (turn.current !== mine) return;
      if (!answer.ok) {
        setFault(explain(answer.problem));
        setChecked(null);
        break;
      }
      const part = answer.data;
      after = part.next;
      so = { checked: so.checked + part.checked, last: part.last, forgotten: so.forgotten + part.forgotten, faults: [...so.faults, ...part.faults], over: after === null };
      setChecked(so);
    }
    setBusy(false);
  };
  const stop = (): void => {
    turn.current++;
    setBusy(false);
    setChecked(null);
  };
  return (
    <section class="audit-check">
      <p>
        {standing && `${w.standing(count(standing.seq))} ${standing.head ? w.head(standing.head.day) : w.noHead}`}
      </p>
      <div class="card-line">
        <button type="button" disabled={busy} onClick={() => void check()}>
          {w.check}
        </button>
        {busy && (
          <button type="button" class="quiet" onClick={stop}>
            {w.stop}
          </button>
        )}
        <span role="status">
          {checked && !checked.over && w.checking(count(checked.checked), count(checked.last))}
          {checked?.over && checked.faults.length === 0 && w.whole(count(checked.checked))}
        </span>
      </div>
      {checked?.over && checked.forgotten > 0 && <p class="muted">{w.forgotten(count(checked.forgotten))}</p>}
      {fault && <Fault>{fault}</Fault>}
      {checked && checked.faults.length > 0 && (
        <Fault>
          {w.broken(count(checked.faults.length))}
          <ul>
            {checked.faults.slice(0, TOLD_MAX).map((one) => (
              <li key={`${one.kind} ${one.seq} ${one.day}`}>{[w.place(one.seq), one.day, w.fault[one.kind]].filter(Boolean).join(" · ")}</li>
            ))}
          </ul>
        </Fault>
      )}
    </section>
  );
}
