/** Nodes, cameras and server parts with their health, and what to do about each trouble. */
import * as store from "../api/store";
import type { Camera, Node } from "../api/types";
import { age, bytes, duration, percent } from "../lib/format";
import { language, words } from "../lib/preferences";
import { sentence } from "../lib/said";
import { findTroubles } from "../lib/troubles";
import { Icon } from "../ui/Icon";
import { Chip, Command, Empty, Fact, Facts, Loading } from "../ui/parts";
import { now_ms } from "./place";

const ADD_NODE = "cctv node add gate --out gate.toml";

export function Site() {
  const w = words.value;
  const nodes = store.nodes.value;
  const cameras = store.cameras.value;
  if (!nodes || !cameras) return <Loading />;
  return (
    <div class="document">
      <header class="page-head">
        <h1>{w.site.title}</h1>
      </header>
      <Troubles />
      <section>
        <h2>{w.site.nodes}</h2>
        {nodes.length === 0 ? (
          <Empty icon="node" title={w.site.emptyNodes} help={w.site.addHelp}>
            <Command text={ADD_NODE} />
          </Empty>
        ) : (
          <div class="panels">
            {nodes.map((node) => (
              <NodePanel key={node.id} node={node} />
            ))}
          </div>
        )}
      </section>
      {cameras.length > 0 && <Cameras cameras={cameras} nodes={nodes} />}
      <Services />
      {nodes.length > 0 && (
        <section>
          <h2>{w.site.add}</h2>
          <p class="muted">{w.site.addHelp}</p>
          <Command text={ADD_NODE} />
        </section>
      )}
    </div>
  );
}

function Troubles() {
  const w = words.value;
  const found = findTroubles(store.cameras.value ?? [], store.nodes.value ?? [], store.system.value);
  return (
    <section>
      <h2>{w.site.troubles}</h2>
      {found.length === 0 ? (
        <p class="healthy">
          <Icon name="check" size={16} /> {w.site.healthy}
        </p>
      ) : (
        <ul class="troubles">
          {found.map((trouble) => (
            <li key={trouble.key} data-grave={trouble.grave || undefined}>
              <Icon name={trouble.grave ? "high" : "medium"} />
              <div>
                <strong>{trouble.subject}</strong>
                <p>{w.remedy[trouble.remedy]}</p>
                {trouble.detail && <p class="muted">{sentence(trouble.said, trouble.detail, w)}</p>}
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function NodePanel({ node }: { node: Node }) {
  const w = words.value.site;
  const { health } = node;
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
        {health && (
          <>
            <Fact name={w.cpu}>{Math.round(health.cpu_percent)}%</Fact>
            <Fact name={w.memory}>{percent(health.memory_used_bytes / Math.max(1, health.memory_total_bytes))}</Fact>
            <Fact name={w.disk}>{bytes(health.disk_free_bytes)}</Fact>
            <Fact name={w.temperature}>{health.temperature_c == null ? "—" : `${Math.round(health.temperature_c)} °C`}</Fact>
            <Fact name={w.clock}>{health.clock_offset_ms == null ? "—" : `${health.clock_offset_ms.toFixed(0)} ms`}</Fact>
            <Fact name={w.outbox}>{health.outbox_facts ?? 0}</Fact>
            <Fact name={w.uploads}>
              {health.uploads_waiting ?? 0} · {bytes(health.uploads_waiting_bytes ?? 0)}
            </Fact>
          </>
        )}
      </Facts>
    </article>
  );
}

function Cameras({ cameras, nodes }: { cameras: readonly Camera[]; nodes: readonly Node[] }) {
  const w = words.value;
  const health = new Map(nodes.flatMap((node) => (node.health?.cameras ?? []).map((one) => [one.id, one] as const)));
  return (
    <section>
      <h2>{w.site.cameras}</h2>
      <div class="table-scroll">
        <table class="stacking">
          <thead>
            <tr>
              {[w.camera.label, w.site.state, w.site.source, w.site.picture, w.site.bitrate, w.site.ring, w.site.restarts].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cameras.map((camera) => {
              const state = health.get(camera.id);
              return (
                <tr key={camera.id}>
                  <th scope="row">
                    {camera.name || camera.id}
                    <span class="muted block">{camera.id}</span>
                  </th>
                  <td data-name={w.site.state} class={camera.state === "live" ? "" : "bad"}>{w.camera[camera.state]}</td>
                  <td data-name={w.site.source}>{camera.source}</td>
                  <td data-name={w.site.picture}>
                    {camera.width_px}×{camera.height_px} · {Number(camera.fps.toFixed(1))} fps {camera.has_sub && <Chip>{w.site.sub}</Chip>}
                  </td>
                  <td data-name={w.site.bitrate}>{state ? `${((state.bitrate_bps ?? 0) / 1e6).toFixed(1)} Mbit/s` : "—"}</td>
                  <td data-name={w.site.ring}>{state ? `${duration((state.ring_s ?? 0) * 1000)} · ${bytes(state.ring_bytes ?? 0)}` : "—"}</td>
                  <td data-name={w.site.restarts}>{state?.restarts ?? "—"}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Services() {
  const w = words.value.site;
  const system = store.system.value;
  if (!system) return null;
  return (
    <section>
      <h2>{w.services}</h2>
      <ul class="services">
        {system.roles.map((role) => (
          <li key={role.name}>
            <strong>{role.name}</strong>
            <span class={role.state === "running" || role.state === "starting" ? "muted" : "bad"}>{w.roleState[role.state]}</span>
            {role.restarts > 0 && (
              <span class="muted">
                {w.restarts} {role.restarts}
              </span>
            )}
          </li>
        ))}
      </ul>
      {system.jobs_waiting > 0 && <p class="muted">{w.queue(system.jobs_waiting, duration(system.oldest_job_s * 1000))}</p>}
    </section>
  );
}
