/** How verification stands: what waits in which queue, how long it will take, and the cameras that are watched all the time. */
import * as store from "../../api/store";
import type { System } from "../../api/types";
import { duration } from "../../lib/format";
import { words } from "../../lib/preferences";

type Watched = System["watched"][number];

export function Verification({ system }: { system: System }) {
  const w = words.value.site.work;
  const waiting = system.queues.filter((queue) => queue.waiting > 0);
  const watched = system.watched;
  return (
    <>
      {waiting.length > 0 && (
        <ul class="services">
          {waiting.map((queue) => (
            <li key={queue.name}>
              <strong>{w.queue[queue.name]}</strong>
              <span class="muted">{w.waits(queue.waiting, duration(queue.oldest_s * 1000))}</span>
            </li>
          ))}
        </ul>
      )}
      {waiting.length > 0 && <p class="muted">{system.drain_s == null ? w.drainUnknown : w.drain(duration(system.drain_s * 1000))}</p>}
      {system.jobs_parked > 0 && <p class="bad">{w.parked(system.jobs_parked)}</p>}
      {watched.length > 0 && (
        <>
          <h3>{w.watched}</h3>
          <ul class="services">
            {watched.map((one) => (
              <li key={one.camera}>
                <strong>{store.cameraNames.value.get(one.camera) ?? one.camera}</strong>
                <span class={one.state === "watched" ? "muted" : "bad"}>{told(one)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function told(one: Watched): string {
  const w = words.value.site.work;
  if (one.state === "unwatched") return w.unwatched(duration(one.unwatched_s * 1000));
  return one.lag_ms == null ? w.state[one.state] : `${w.state[one.state]} · ${w.lag((one.lag_ms / 1000).toFixed(1))}`;
}
