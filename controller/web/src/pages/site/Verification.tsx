/** How verification stands: what waits in which queue, how long it will take, and the cameras that are watched all the time. */
import * as store from "../../api/store";
import type { System } from "../../api/types";
import { spell } from "../../lib/format";
import { language, words } from "../../lib/preferences";
import { sentence } from "../../lib/said";
import { Icon } from "../../ui/Icon";

type Watched = System["watched"][number];
const long = (seconds: number): string => spell(seconds * 1000, language.value);

export function Verification({ system }: { system: System }) {
  const w = words.value.site.work;
  const waiting = system.queues.filter((queue) => queue.waiting > 0);
  return (
    <section>
      <h2>{words.value.settings.verification}</h2>
      <State system={system} />
      {waiting.length === 0 ? (
        <p class="muted">{w.nothing}</p>
      ) : (
        <>
          <ul class="queues">
            {waiting.map((queue) => (
              <li key={queue.name}>
                <strong>{w.queue[queue.name]}</strong>
                <span>{w.waits(queue.waiting, long(queue.oldest_s))}</span>
              </li>
            ))}
          </ul>
          {system.drain_s !== 0 && <p class="muted">{system.drain_s == null ? w.drainUnknown : w.drain(long(system.drain_s))}</p>}
        </>
      )}
      {system.jobs_parked > 0 && <p class="bad">{w.parked(system.jobs_parked)}</p>}
      {system.watched.length > 0 && (
        <>
          <h3>{w.watched}</h3>
          <ul class="queues">
            {system.watched.map((one) => (
              <li key={one.camera}>
                <strong>{store.cameraNames.value.get(one.camera) ?? one.camera}</strong>
                <span class={one.state === "watched" && one.unscored_s == null ? "muted" : "bad"}>{told(one)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** Whether verification keeps up, why not, and what that does not touch. */
function State({ system }: { system: System }) {
  const w = words.value;
  if (system.verification === "ok")
    return (
      <p class="healthy">
        <Icon name="check" size={16} /> {w.settings.verificationState.ok}
      </p>
    );
  const down = system.verification === "down";
  return (
    <>
      <p class={down ? "verdict bad" : "verdict"} data-grave={down || undefined}>
        <Icon name={down ? "high" : "medium"} size={16} />
        {down ? w.feed.down : w.feed.degraded}
      </p>
      <p>
        {sentence(system.verification_said, system.verification_reason, w)} {w.feed.degradedLong}
      </p>
    </>
  );
}

function told(one: Watched): string {
  const w = words.value.site.work;
  if (one.state === "unwatched") return w.unwatched(long(one.unwatched_s));
  if (one.unscored_s != null) return `${w.state[one.state]} · ${w.unscored(long(one.unscored_s))}`;
  return one.lag_ms == null ? w.state[one.state] : `${w.state[one.state]} · ${w.lag((one.lag_ms / 1000).toFixed(1))}`;
}
