/** The recording proof: every camera's last thirty days as bars; a day opens its gaps. */
import { useEffect, useState } from "preact/hooks";
import { getProof, proofTableUrl, type Proof as Told, type ProofCamera, type ProofDay } from "../../api/fleetCalls";
import * as store from "../../api/store";
import { words } from "../../lib/preferences";
import { bar, share, standing } from "../../lib/proof";
import { Icon } from "../../ui/Icon";
import { Empty, Fault, Loading } from "../../ui/parts";
import { explain } from "../actions";
import { go, route } from "../place";
import { ProofDetail } from "./ProofDetail";

const DAYS = 30;
const AGAIN_MS = 60_000;
const PARTS = ["recorded", "missing", "planned", "untold"] as const;

export function Proof() {
  const w = words.value.fleet.proof;
  const [told, setTold] = useState<Told | null>(null);
  const [fault, setFault] = useState("");
  useEffect(() => {
    let current = true;
    const load = async (): Promise<void> => {
      const answer = await getProof(DAYS);
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
  }, []);
  return (
    <section class="proof">
      <div class="proof-head">
        <h2>{w.title}</h2>
        <a class="link" href={proofTableUrl(DAYS)} download>
          <Icon name="download" size={16} />
          {words.value.reports.csv}
        </a>
      </div>
      <p class="muted">
        {w.about} {told && w.zone(told.time_zone)}
      </p>
      <ul class="proof-legend" aria-label={w.legend}>
        {PARTS.map((part) => (
          <li key={part}>
            <svg class="proof-bar" width={12} height={12} viewBox="0 0 1 1" aria-hidden="true">
              <rect data-part={part} width={1} height={1} />
            </svg>
            {w.part[part]}
          </li>
        ))}
      </ul>
      {fault && <Fault>{fault}</Fault>}
      {!told && !fault && <Loading />}
      {told?.cameras.length === 0 && <Empty icon="camera" title={w.empty} />}
      {told?.cameras.map((camera) => (
        <Row key={camera.camera} camera={camera} told={told} />
      ))}
    </section>
  );
}

function Row({ camera, told }: { camera: ProofCamera; told: Told }) {
  const w = words.value.fleet.proof;
  const query = route.value.query;
  const chosen = query["camera"] === camera.camera ? told.days.findIndex((day) => day.date === query["day"]) : -1;
  const whole = share(camera.recorded_ms, camera.due_ms);
  const choose = (date: string | undefined): void => go("site", { view: "proof", camera: date && camera.camera, day: date }, true);
  const day = chosen < 0 ? null : camera.days[chosen];
  const date = chosen < 0 ? null : told.days[chosen];
  return (
    <article class="proof-row">
      <h3>
        {store.shownName(store.cameraNames.value.get(camera.camera) ?? camera.camera)} <span class="muted">{camera.camera}</span>
      </h3>
      <p class="proof-share">{whole === null ? w.nothingDue : w.recorded(whole)}</p>
      <ol class="proof-days">
        {told.days.map((one, place) => (
          <li key={one.date}>
            <DayBar date={one.date} day={camera.days[place] ?? null} chosen={place === chosen} choose={() => choose(place === chosen ? undefined : one.date)} />
          </li>
        ))}
      </ol>
      {day && date && <ProofDetail camera={camera.camera} date={date} day={day} close={() => choose(undefined)} />}
    </article>
  );
}

function DayBar({ date, day, chosen, choose }: { date: string; day: ProofDay | null; chosen: boolean; choose: () => void }) {
  const w = words.value.fleet.proof;
  const state = standing(day);
  const percent = day ? share(day.recorded_ms, day.due_ms) : null;
  const said = w.day(date, day ? (percent === null ? w.nothingDue : w.recorded(percent)) : w.before);
  return (
    <button type="button" class="proof-day" data-standing={state} aria-pressed={chosen} disabled={!day} title={said} aria-label={said} onClick={choose}>
      {day ? <Bars day={day} /> : <span class="proof-bar" />}
      <span class="proof-date">{Number(date.slice(8))}</span>
    </button>
  );
}

/** What is missing stands on top, where the eye looks for a bar that is not full. */
function Bars({ day }: { day: ProofDay }) {
  const shares = bar(day);
  let top = 0;
  return (
    <svg class="proof-bar" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
      {(["untold", "missing", "planned", "recorded"] as const).map((part) => {
        const y = top;
        top += shares[part];
        return <rect key={part} data-part={part} y={y} width={1} height={shares[part]} />;
      })}
    </svg>
  );
}
