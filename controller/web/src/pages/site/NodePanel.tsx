/** One node: whether it answers, and how its machine, its clock, its disk and what it has to send are. */
import type { Health, Node } from "../../api/types";
import { age, bytes, percent } from "../../lib/format";
import { language, words } from "../../lib/preferences";
import { heldShare } from "../../lib/troubles";
import { Icon } from "../../ui/Icon";
import { Fact, Facts } from "../../ui/parts";
import { now_ms } from "../place";

export function NodePanel({ node }: { node: Node }) {
  const w = words.value.site;
  const on = node.state === "online";
  return (
    <article class="panel" data-off={!on || undefined}>
      <header class="card-line">
        <Icon name={on ? "node" : "offline"} />
        <h3>{node.id}</h3>
        <span class="push" />
        <span class={on ? "muted" : "bad"}>{on ? w.online : w.offline}</span>
      </header>
      <Facts>
        <Fact name={w.seen}>{node.last_seen_at ? age(now_ms.value - Date.parse(node.last_seen_at), language.value) : w.never}</Fact>
        <Fact name={w.version}>{node.version || "—"}</Fact>
        {node.restored_at && <Fact name={w.restored}>{age(now_ms.value - Date.parse(node.restored_at), language.value)}</Fact>}
        {node.health && <Machine health={node.health} />}
      </Facts>
    </article>
  );
}

function Machine({ health }: { health: Health }) {
  const w = words.value.site;
  const held = (health.cameras ?? []).reduce((sum, one) => sum + one.held_bytes, 0);
  return (
    <>
      <Fact name={w.cpu}>{Math.round(health.cpu_percent)}%</Fact>
      <Fact name={w.memory}>{percent(health.memory_used_bytes / Math.max(1, health.memory_total_bytes))}</Fact>
      <Fact name={w.temperature}>{health.temperature_c == null ? "—" : `${Math.round(health.temperature_c)} °C`}</Fact>
      <Fact name={w.power}>{health.throttled_now.length > 0 ? <span class="bad">{health.throttled_now.map(w.flags).join(", ")}</span> : w.fine}</Fact>
      <Fact name={w.clock}>{health.clock_offset_ms == null ? w.unknown : `${health.clock_offset_ms.toFixed(0)} ms`}</Fact>
      <Fact name={w.disk}>{bytes(health.disk_free_bytes)}</Fact>
      <Fact name={w.written}>
        {bytes(health.written_bytes_day)} <span class="muted block">{w.writtenTotal(bytes(health.written_bytes_total))}</span>
      </Fact>
      <Fact name={w.outbox}>{health.outbox_facts}</Fact>
      <Fact name={w.uploads}>
        {health.uploads_waiting} · {bytes(health.uploads_waiting_bytes)}
      </Fact>
      <Fact name={w.held}>
        {health.held_bytes_max > 0 ? w.heldOf(bytes(held), bytes(health.held_bytes_max)) : bytes(held)}
        {health.held_bytes_max > 0 && <span class="muted block">{percent(heldShare(health))}</span>}
      </Fact>
    </>
  );
}
