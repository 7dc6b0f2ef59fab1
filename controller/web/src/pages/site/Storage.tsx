/** How full the store and the nodes' rings are, and when they will be full. */
import { useEffect, useState } from "preact/hooks";
import { getStorage, type Storage as Told } from "../../api/fleetCalls";
import * as store from "../../api/store";
import { bytes, dateTime, spell } from "../../lib/format";
import { language, words } from "../../lib/preferences";
import { dayCount, outlook } from "../../lib/storage";
import { Icon } from "../../ui/Icon";
import { Fact, Facts, Fault, Loading } from "../../ui/parts";
import { explain } from "../actions";
import { Holds } from "../keeping/Holds";
import { Retention } from "../keeping/Retention";
import { SecondStore } from "../keeping/SecondStore";

const AGAIN_MS = 60_000;
const nameOf = (camera: string): string => store.shownName(store.cameraNames.value.get(camera) ?? camera);
const long = (seconds: number): string => spell(Math.round(seconds / 60) * 60_000, language.value);

export function Storage() {
  const [told, setTold] = useState<Told | null>(null);
  const [fault, setFault] = useState("");
  const [again, setAgain] = useState(0);
  useEffect(() => {
    let current = true;
    const load = async (): Promise<void> => {
      const answer = await getStorage();
      if (!current) return;
      if (answer.ok) setTold(answer.data);
      setFault(answer.ok ? "" : explain(answer.problem));
    };
    void load();
    const timer = setInterval(() => void load(), AGAIN_MS);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [again]);
  if (!told) return fault ? <Fault>{fault}</Fault> : <Loading />;
  return (
    <>
      {fault && <Fault>{fault}</Fault>}
      <Store told={told} />
      {told.cameras.length > 0 && <ByCamera told={told} />}
      <Rings told={told} />
      <SecondStore told={told.second} />
      <Retention changed={() => setAgain((count) => count + 1)} />
      <Holds />
    </>
  );
}

function Store({ told }: { told: Told }) {
  const w = words.value.fleet.storage;
  const { text, bad } = outlook(told, w);
  const { forecast } = told;
  const share = forecast.limit_bytes && told.used_bytes !== null ? Math.min(1, told.used_bytes / forecast.limit_bytes) : null;
  return (
    <section>
      <h2>{w.title}</h2>
      <p class={bad ? "verdict" : "healthy"}>
        <Icon name={bad ? "medium" : forecast.outlook === "young" ? "clock" : "check"} size={16} /> {text}
      </p>
      {share !== null && (
        <svg class="meter" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
          <rect width={share * 100} height={1} data-bad={bad || undefined} />
        </svg>
      )}
      <Facts>
        <Fact name={w.store[told.kind] ?? told.kind}>
          {told.used_bytes === null ? w.away : `${w.used} ${bytes(told.used_bytes)}`}
        </Fact>
        <Fact name={w.free}>{told.free_bytes === null ? w.unknown : bytes(told.free_bytes)}</Fact>
        <Fact name={w.quota}>{told.quota_bytes === null ? w.none : bytes(told.quota_bytes)}</Fact>
        <Fact name={w.kept}>{w.days(String(told.retention_days))}</Fact>
        <Fact name={w.pace}>
          {forecast.day_bytes === null ? w.unknown : bytes(forecast.day_bytes)}
          {forecast.day_bytes !== null && <span class="muted block">{w.measured(dayCount(forecast.measured_days))}</span>}
        </Fact>
        <Fact name={w.database}>{bytes(told.database_bytes)}</Fact>
        <Fact name={w.backup.name}>
          <SiteBackup told={told.backup} />
        </Fact>
        <Fact name={w.scrub.name}>
          <Scrub told={told.scrub} />
        </Fact>
      </Facts>
    </section>
  );
}

/** The last backup of the site that is known to be right, and what the last one failed of. */
function SiteBackup({ told }: { told: Told["backup"] }) {
  const w = words.value.fleet.storage.backup;
  const size = told.good_bytes === null ? "" : bytes(told.good_bytes);
  return (
    <>
      {told.good_ms === null ? (told.nightly ? w.never : w.off) : w.good(dateTime(told.good_ms).slice(0, 16), size)}
      {told.good_ms !== null && told.late && <span class="warn-text block">{w.late}</span>}
      {told.failed_ms !== null && (
        <span class="warn-text block">{w.failed(dateTime(told.failed_ms).slice(0, 16), w.why[told.failed_why ?? ""] ?? "")}</span>
      )}
    </>
  );
}

/** How far the slow reading of what is stored is, and what it found. */
function Scrub({ told }: { told: Told["scrub"] }) {
  const w = words.value.fleet.storage.scrub;
  if (!told.on) return <>{told.switched_off ? w.switchedOff : w.off}</>;
  const day = dateTime(told.whole_ms ?? 0).slice(0, 10);
  return (
    <>
      {told.whole_ms === null ? w.never : told.whole_runs === 0 ? w.empty(day) : w.whole(day, String(told.whole_runs))}
      {told.runs > 0 && <span class="muted block">{w.going(String(told.runs))}</span>}
      {told.wrong > 0 && <span class="warn-text block">{w.wrong(String(told.wrong), String(told.asked))}</span>}
      {told.stopped && <span class="warn-text block">{w.stopped}</span>}
    </>
  );
}

function ByCamera({ told }: { told: Told }) {
  const w = words.value.fleet.storage;
  return (
    <section>
      <h2>{w.cameras}</h2>
      <div class="table-scroll">
        <table class="stacking">
          <thead>
            <tr>
              {[words.value.camera.label, w.used, w.pace, w.oldest].map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {[...told.cameras]
              .sort((a, b) => b.held_bytes - a.held_bytes)
              .map((one) => (
                <tr key={one.camera}>
                  <th scope="row">
                    {nameOf(one.camera)} <span class="muted block">{one.camera}</span>
                  </th>
                  <td data-name={w.used}>{bytes(one.held_bytes)}</td>
                  <td data-name={w.pace}>{one.day_bytes === null ? w.unknown : bytes(one.day_bytes)}</td>
                  <td data-name={w.oldest}>{one.oldest_ms === null ? "—" : dateTime(one.oldest_ms).slice(0, 16)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Rings({ told }: { told: Told }) {
  const w = words.value.fleet.storage;
  const heads = [words.value.camera.label, w.ring, w.full, w.reach, w.pace];
  const rows = told.nodes.flatMap((node) => node.rings.map((ring) => ({ node, ring })));
  if (rows.length === 0) return null;
  return (
    <section>
      <h2>{w.rings}</h2>
      <div class="table-scroll">
        <table class="stacking">
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ node, ring }) => (
              <tr key={ring.camera} data-old={!node.online || undefined}>
                <th scope="row">
                  {nameOf(ring.camera)}{" "}
                  <span class="muted block">
                    {ring.camera}
                    {!node.online && ` · ${w.offline}`}
                  </span>
                </th>
                <td data-name={w.ring}>
                  {long(ring.ring_s)} · {bytes(ring.ring_bytes)}
                </td>
                <td data-name={w.full}>{ring.full_in_s === null ? w.unknown : ring.full_in_s === 0 ? w.isFull : long(ring.full_in_s)}</td>
                <td data-name={w.reach} class={ring.short ? "bad" : ""}>
                  {ring.reach_s === null ? w.unknown : long(Math.max(ring.reach_s, ring.ring_s))}
                </td>
                <td data-name={w.pace}>{bytes(ring.day_bytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
