/** One node: what it sees, whether it answers, and how its machine, its clock, its disk and what it has to send are. */
import * as store from "../../api/store";
import type { Camera, Health, Node } from "../../api/types";
import { faceOf, figuresAge_ms, isStale, ringDepth_s, skew } from "../../lib/fleet";
import { age, bytes, percent, spell } from "../../lib/format";
import { language, words } from "../../lib/preferences";
import { heldShare } from "../../lib/troubles";
import { Icon } from "../../ui/Icon";
import { Fact, Facts } from "../../ui/parts";
import { now_ms } from "../place";
import { NodeTools } from "./NodeTools";
import { Still } from "./Still";

export function NodePanel({ node, cameras, troubles }: { node: Node; cameras: readonly Camera[]; troubles: number }) {
  const w = words.value.site;
  const fleet = words.value.fleet;
  const on = node.state === "online";
  const face = faceOf(node, cameras);
  const old_ms = figuresAge_ms(node, now_ms.value);
  const controller = store.system.value?.version ?? "";
  const skewed = skew(node.version, controller);
  const stale = isStale(node, now_ms.value);
  return (
    <article class="panel" data-off={stale || undefined}>
      <Still camera={face} name={face ? store.shownName(store.cameraNames.value.get(face) ?? face) : ""} />
      <header class="card-line">
        <Icon name={on ? "node" : "offline"} />
        <h3>{node.id}</h3>
        <span class="push" />
        {troubles > 0 && <span class="warn-text">{fleet.troublesOf(troubles)}</span>}
        <span class={on || !node.enabled ? "muted" : "bad"}>{node.enabled ? (on ? w.online : w.offline) : w.cutOff}</span>
      </header>
      {stale && old_ms !== null && (
        <p class="stale-note">
          <Icon name="clock" size={16} /> {fleet.stale(age(old_ms, language.value))}
        </p>
      )}
      <Facts>
        <Fact name={w.seen}>{node.last_seen_at ? age(now_ms.value - Date.parse(node.last_seen_at), language.value) : w.never}</Fact>
        <Fact name={w.version}>
          {node.version || "—"}
          {skewed && <span class="warn-text block">{fleet.skewed[skewed](controller)}</span>}
        </Fact>
        {node.restored_at && <Fact name={w.restored}>{age(now_ms.value - Date.parse(node.restored_at), language.value)}</Fact>}
        {node.health && <Machine health={node.health} />}
      </Facts>
      {!node.health && <p class="muted">{fleet.noFigures}</p>}
      {!node.enabled && <p class="muted">{w.cutOffNote}</p>}
      {store.mayConfigure.value && <NodeTools node={node.id} on={on} />}
    </article>
  );
}

function Machine({ health }: { health: Health }) {
  const w = words.value.site;
  const fleet = words.value.fleet;
  const held = (health.cameras ?? []).reduce((sum, one) => sum + one.held_bytes, 0);
  const depth_s = ringDepth_s(health);
  const long = (seconds: number): string => spell(Math.round(seconds) * 1000, language.value);
  return (
    <>
      <Fact name={w.temperature}>{health.temperature_c == null ? "—" : `${Math.round(health.temperature_c)} °C`}</Fact>
      <Fact name={w.power}>{health.throttled_now.length > 0 ? <span class="bad">{health.throttled_now.map(w.flags).join(", ")}</span> : w.fine}</Fact>
      <Fact name={fleet.ringDepth}>{depth_s === null ? "—" : long(depth_s)}</Fact>
      <Fact name={w.outbox}>{health.outbox_facts > 0 ? fleet.waits(health.outbox_facts, long(health.outbox_oldest_s)) : 0}</Fact>
      <Fact name={w.clock}>
        {health.clock_offset_ms == null ? w.unknown : `${health.clock_offset_ms.toFixed(0)} ms`}
        {health.clock_error_ms != null && <span class="muted block">{fleet.error(health.clock_error_ms.toFixed(0))}</span>}
      </Fact>
      {(health.key_kept === "tpm" || health.key_kept === "file") && <Fact name={w.key}>{w.keyKept[health.key_kept]}</Fact>}
      <Fact name={w.cpu}>{Math.round(health.cpu_percent)}%</Fact>
      <Fact name={w.memory}>{percent(health.memory_used_bytes / Math.max(1, health.memory_total_bytes))}</Fact>
      <Fact name={w.disk}>{bytes(health.disk_free_bytes)}</Fact>
      <Fact name={w.written}>
        {bytes(health.written_bytes_day)} <span class="muted block">{w.writtenTotal(bytes(health.written_bytes_total))}</span>
      </Fact>
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
