/** What became of messages: of all on the settings page, of one alarm on its own page. */
import { useEffect, useState } from "preact/hooks";
import { getDeliveries } from "../../api/messageCalls";
import type { Delivery } from "../../api/types";
import { clockTime, dateTime } from "../../lib/format";
import { faultOf, isUnsettled, outcomeOf, type Outcome } from "../../lib/messages";
import { words } from "../../lib/preferences";
import { formatRoute } from "../../lib/route";
import { Icon, type IconName } from "../../ui/Icon";
import { Fault, Loading, Select } from "../../ui/parts";
import { explain } from "../actions";
import { now_ms } from "../place";

const AGAIN_MS = 15_000;
const SOON_MS = 3000;
const MOST = 100;
const ALL = "";
const ICONS: Record<Outcome, IconName> = { waiting: "clock", retrying: "medium", sending: "up", delivered: "check", failed: "high", dropped: "high" };

/** Receipts as they come; asked for sooner while something may still become of one. */
function useReceipts(of: { alarm?: string; destination?: string }, again: number | string): { all: readonly Delivery[] | null; fault: string } {
  const [all, setAll] = useState<readonly Delivery[] | null>(null);
  const [fault, setFault] = useState("");
  const soon = all?.some(isUnsettled) ?? false;
  useEffect(() => {
    let current = true;
    const load = async (): Promise<void> => {
      const answer = await getDeliveries(of);
      if (!current) return;
      if (answer.ok) setAll(answer.data);
      setFault(answer.ok ? "" : explain(answer.problem));
    };
    void load();
    const timer = setInterval(() => void load(), soon ? SOON_MS : AGAIN_MS);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [of.alarm, of.destination, again, soon]);
  return { all, fault };
}

export function ReceiptTable({ destinations, again }: { destinations: readonly string[]; again: number }) {
  const w = words.value.messages;
  const [destination, setDestination] = useState(ALL);
  const { all, fault } = useReceipts({ destination }, again);
  const names = [...new Set([...destinations, ...(all ?? []).map((one) => one.destination)])].sort();
  return (
    <section>
      <div class="page-head">
        <h2>{w.receipts}</h2>
        <span class="push" />
        {names.length > 1 && (
          <Select label={w.destination} value={destination} options={[[ALL, w.everyDestination], ...names.map((name) => [name, name] as const)]} choose={setDestination} />
        )}
      </div>
      {fault && <Fault>{fault}</Fault>}
      {!all && !fault && <Loading />}
      {all?.length === 0 && <p class="muted">{w.noReceipts}</p>}
      {all && all.length > 0 && (
        <>
          <table class="stacking receipts">
            <thead>
              <tr>
                {[w.when, w.destination, w.what, w.outcome].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {all.map((one) => (
                <tr key={one.id}>
                  <td data-name={w.when}>{dateTime(Date.parse(one.created_at))}</td>
                  <td data-name={w.destination}>{one.destination}</td>
                  <td data-name={w.what}>
                    <About message={one} />
                  </td>
                  <td data-name={w.outcome}>
                    <Became message={one} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {all.length >= MOST && <p class="muted">{w.olderKept}</p>}
        </>
      )}
    </section>
  );
}

/** Who was told of an alarm; `rev` grows as the alarm does. */
export function AlarmReceipts({ alarm, rev }: { alarm: string; rev: number }) {
  const w = words.value.messages;
  const { all } = useReceipts({ alarm }, rev);
  if (!all) return null;
  return (
    <section>
      <h3>{w.told_of}</h3>
      {all.length === 0 && <p class="muted">{w.notTold}</p>}
      <ul class="rows">
        {all.map((one) => (
          <li key={one.id}>
            <time dateTime={one.created_at}>{clockTime(Date.parse(one.created_at))}</time>
            <strong>{one.destination}</strong>
            {one.why !== "raised" && <span class="muted">{w.why[one.why]}</span>}
            <Became message={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function About({ message }: { message: Delivery }) {
  const w = words.value.messages;
  if (message.alarm === null) return <>{w.testMessage}</>;
  return (
    <>
      <a class="link" href={formatRoute("alarms", { state: "all", id: message.alarm })}>
        {message.alarm_number === null ? message.alarm.slice(0, 8) : w.alarm(message.alarm_number)}
      </a>{" "}
      <span class="muted">
        {words.value.severity[message.severity]} · {w.why[message.why]}
        {message.digest && ` · ${w.digest}`}
      </span>
    </>
  );
}

/** State as a word with its shape, when, after how many tries, and why not. */
function Became({ message }: { message: Delivery }) {
  const w = words.value.messages;
  const outcome = outcomeOf(message);
  const bad = outcome === "failed" || outcome === "dropped";
  const due = clockTime(Date.parse(message.due_at));
  const ahead = Date.parse(message.due_at) > now_ms.value;
  return (
    <span class="became">
      <span class={bad ? "fare bad" : "fare"}>
        <Icon name={ICONS[outcome]} size={16} />
        {w.deliveries[outcome]}
      </span>
      <span class="muted">
        {message.done_at !== null && clockTime(Date.parse(message.done_at))}
        {outcome === "waiting" && ahead && w.due(due)}
        {outcome === "retrying" && ahead && w.again(due)}
        {message.attempts > 1 && ` · ${w.attempts(message.attempts)}`}
      </span>
      {message.error && outcome !== "delivered" && <span class="row-note muted">{faultOf(message, words.value)}</span>}
    </span>
  );
}
