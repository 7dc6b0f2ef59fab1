/** Every camera in a row, on a narrow screen in a stack: its picture, its recording, its ring, and whether its view is sound. */
import type { ComponentChildren } from "preact";
import type { Camera, CameraHealth, Node } from "../../api/types";
import { bytes, spell } from "../../lib/format";
import { language, words } from "../../lib/preferences";
import { formatRoute } from "../../lib/route";
import { isSubAway } from "../../lib/troubles";

export function Cameras({ cameras, nodes }: { cameras: readonly Camera[]; nodes: readonly Node[] }) {
  const w = words.value;
  const health = new Map(nodes.flatMap((node) => (node.health?.cameras ?? []).map((one) => [one.id, one] as const)));
  const heads = [w.camera.label, w.site.state, w.site.picture, w.site.sub, w.site.recording, w.site.reach, w.site.tamper, w.site.held, w.site.restarts];
  return (
    <section>
      <h2>{w.site.cameras}</h2>
      <div class="table-scroll">
        <table class="stacking">
          <thead>
            <tr>
              {heads.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cameras.map((camera) => (
              <CameraRow key={camera.id} camera={camera} health={camera.state === "away" ? null : (health.get(camera.id) ?? null)} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function CameraRow({ camera, health }: { camera: Camera; health: CameraHealth | null }) {
  const w = words.value;
  return (
    <tr>
      <th scope="row">
        <a class="link" href={formatRoute("site", { camera: camera.id })}>
          {camera.name || camera.id}
        </a>
        <span class="muted block">
          {camera.id} · {camera.source}
        </span>
      </th>
      <Cell name={w.site.state} bad={camera.state !== "live"}>
        {w.camera[camera.state]}
      </Cell>
      <Cell name={w.site.picture}>
        {camera.width_px}×{camera.height_px} · {Number(camera.fps.toFixed(1))} fps
        {health && <span class="muted block">{(health.bitrate_bps / 1e6).toFixed(1)} Mbit/s</span>}
      </Cell>
      {health ? (
        <>
          <Cell name={w.site.sub} bad={isSubAway(health.sub_state)}>
            {w.site.subState(health.sub_state)}
          </Cell>
          <Cell name={w.site.recording}>{health.recording ? w.site.on : w.site.byPlan}</Cell>
          <Ring health={health} />
          <Cell name={w.site.tamper} bad={health.tamper !== ""}>
            {health.tamper ? (w.reason.cause[health.tamper] ?? health.tamper) : w.site.fine}
          </Cell>
          <Cell name={w.site.held}>{bytes(health.held_bytes)}</Cell>
          <Cell name={w.site.restarts}>{health.restarts}</Cell>
        </>
      ) : (
        [w.site.sub, w.site.recording, w.site.reach, w.site.tamper, w.site.held, w.site.restarts].map((name) => (
          <Cell key={name} name={name}>
            —
          </Cell>
        ))
      )}
    </tr>
  );
}

/** How far back the ring reaches now, and how far it must; a full ring reaches as far as its bytes at this bit rate. */
function Ring({ health }: { health: CameraHealth }) {
  const w = words.value.site;
  const reach_s = health.ring_reach_s == null ? health.ring_s : Math.max(health.ring_s, health.ring_reach_s);
  const minutes = (seconds: number): string => spell(Math.round(seconds / 60) * 60_000, language.value);
  return (
    <Cell name={w.reach} bad={health.ring_short}>
      {health.ring_min_s > 0 ? w.least(minutes(reach_s), minutes(health.ring_min_s)) : minutes(reach_s)}
      <span class="muted block">
        {w.ring} {spell(health.ring_s * 1000, language.value)} · {bytes(health.ring_bytes)}
      </span>
    </Cell>
  );
}

function Cell({ name, bad = false, children }: { name: string; bad?: boolean; children: ComponentChildren }) {
  return (
    <td data-name={name} class={bad ? "bad" : ""}>
      {children}
    </td>
  );
}
