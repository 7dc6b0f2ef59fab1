/** The controller's machine and what it leans on: what nobody knows is said to be unknown, and never 0. */
import { useEffect, useState } from "preact/hooks";
import { getMachine, type Machine as Told } from "../../api/fleetCalls";
import * as store from "../../api/store";
import type { System } from "../../api/types";
import { serverNow_ms } from "../../api/client";
import { age, bytes, percent, spell } from "../../lib/format";
import { language, words } from "../../lib/preferences";
import { Icon } from "../../ui/Icon";
import { Fact, Facts, Fault, Loading } from "../../ui/parts";
import { explain } from "../actions";
import { Processes } from "./Processes";

const AGAIN_MS = 5_000;
const STALE_MS = 30_000;

export function Machine() {
  const [system, setSystem] = useState<System | null>(null);
  const [heard_ms, setHeard] = useState(0);
  const [fault, setFault] = useState("");
  useEffect(() => {
    let current = true;
    const load = async (): Promise<void> => {
      const answer = await getMachine();
      if (!current) return;
      if (answer.ok) {
        setSystem(answer.data);
        store.system.value = answer.data;
        setHeard(serverNow_ms());
      }
      setFault(answer.ok ? "" : explain(answer.problem));
    };
    void load();
    const timer = setInterval(() => void load(), AGAIN_MS);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, []);
  const machine = system?.machine;
  if (!system || !machine) return fault ? <Fault>{fault}</Fault> : <Loading />;
  const w = words.value.machine;
  const old = fault !== "" || serverNow_ms() - heard_ms > STALE_MS;
  return (
    <section class="machine" data-stale={old || undefined}>
      <div class="section-head">
        <h2>{w.title}</h2>
        <span class="muted">{old ? w.stale(age(serverNow_ms() - heard_ms, language.value)) : w.version(machine.version)}</span>
      </div>
      <p class="muted">{w.about}</p>
      {fault && <Fault>{fault}</Fault>}
      <div class="machine-parts">
        <Judging system={store.system.value ?? system} machine={machine} />
        <Broker machine={machine} />
        <Store machine={machine} />
        <Database machine={machine} />
      </div>
      <Processes machine={machine} />
    </section>
  );
}

const number = (value: number | null): string => (value === null ? words.value.machine.unknown : value.toLocaleString(language.value));
const size = (value: number | null): string => (value === null ? words.value.machine.unknown : bytes(value));

function Judging({ system, machine }: { system: System; machine: Told }) {
  const w = words.value.machine;
  const lags = system.watched.flatMap((one) => (one.lag_ms == null ? [] : [one.lag_ms]));
  return (
    <article>
      <h3>{words.value.settings.verification}</h3>
      <Facts>
        <Fact name={w.judges}>
          {machine.gpus === null ? w.unknown : machine.gpus.length === 0 ? w.cpu : null}
          {(machine.gpus ?? []).map((gpu, place) => (
            <span key={place} class="block">
              {gpu.name || w.unknown}
              <span class="muted block">
                {gpu.busy === null ? w.unknown : w.busy(percent(gpu.busy))} ·{" "}
                {gpu.memory_used_bytes === null || gpu.memory_total_bytes === null ? w.unknown : w.memory(bytes(gpu.memory_used_bytes), bytes(gpu.memory_total_bytes))}
              </span>
            </span>
          ))}
        </Fact>
        <Fact name={w.judged}>
          {machine.judged_s === null ? w.unknown : w.perSecond(machine.judged_s.toFixed(1))}
          {machine.judged_s !== null && <span class="muted block">{w.over}</span>}
        </Fact>
        <Fact name={w.queue}>
          {w.jobs(system.jobs_waiting)}
          {system.jobs_waiting > 0 && <span class="muted block">{w.oldest(spell(system.oldest_job_s * 1000, language.value))}</span>}
        </Fact>
        {lags.length > 0 && <Fact name={w.lag}>{(Math.max(...lags) / 1000).toFixed(1)} s</Fact>}
      </Facts>
    </article>
  );
}

function Broker({ machine }: { machine: Told }) {
  const w = words.value.machine;
  const { broker } = machine;
  return (
    <article>
      <h3>{w.broker}</h3>
      {broker === null ? <p class="muted">{w.unknown}</p> : <State there={broker.connected} text={broker.connected ? w.connected : w.notConnected} />}
      {broker && (
        <Facts>
          <Fact name={w.clients}>{number(broker.clients)}</Fact>
          <Fact name={w.retained}>{number(broker.retained)}</Fact>
          <Fact name={w.received}>
            {number(broker.received)}
            {broker.received !== null && <span class="muted block">{w.since}</span>}
          </Fact>
          <Fact name={w.sent}>
            {number(broker.sent)}
            {broker.sent !== null && <span class="muted block">{w.since}</span>}
          </Fact>
        </Facts>
      )}
    </article>
  );
}

function Store({ machine }: { machine: Told }) {
  const w = words.value.machine;
  const { store } = machine;
  return (
    <article>
      <h3>{w.store}</h3>
      <State there={store.reachable} text={store.reachable && store.latency_ms !== null ? w.reachable(store.latency_ms) : w.away} />
      <Facts>
        <Fact name={w.free}>{size(store.free_bytes)}</Fact>
        <Fact name={w.quota}>{store.quota_bytes === null ? w.none : bytes(store.quota_bytes)}</Fact>
      </Facts>
    </article>
  );
}

function Database({ machine }: { machine: Told }) {
  const w = words.value.machine;
  const { database } = machine;
  return (
    <article>
      <h3>{w.database}</h3>
      <State there={database.reachable} text={database.reachable && database.latency_ms !== null ? w.reachable(database.latency_ms) : w.away} />
      <Facts>
        <Fact name={w.size}>{size(database.size_bytes)}</Fact>
        <Fact name={w.slowest}>
          {database.slowest_ms === null ? w.unknown : w.slow(database.slowest_ms, database.slowest)}
          {database.slowest_ms !== null && <span class="muted block">{w.tenMinutes}</span>}
        </Fact>
      </Facts>
    </article>
  );
}

function State({ there, text }: { there: boolean; text: string }) {
  return (
    <p class={there ? "healthy" : "verdict bad"} data-grave={!there || undefined}>
      <Icon name={there ? "check" : "high"} size={16} /> {text}
    </p>
  );
}
