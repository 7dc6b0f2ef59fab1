/** Where something moved in one camera's picture over the report's time; looked up when it is asked for. */
import { useEffect, useState } from "preact/hooks";
import { getStill } from "../../api/fleetCalls";
import { getMotionHeat } from "../../api/motion";
import * as store from "../../api/store";
import type { MotionHeat, Report } from "../../api/types";
import { words } from "../../lib/preferences";
import { HeatMap } from "../../ui/HeatMap";
import { Fault, Loading, Select } from "../../ui/parts";
import { explain } from "../actions";

const SIZE = { width: 1600, height: 900 };

export function PictureHeat({ report }: { report: Report }) {
  const w = words.value;
  const cameras = store.cameras.value ?? [];
  const [chosen, setChosen] = useState("");
  const [on, setOn] = useState(false);
  const camera = cameras.find((one) => one.id === chosen) ?? cameras[0];
  if (!camera) return null;
  const options = cameras.map((one) => [one.id, store.cameraNames.value.get(one.id) ?? one.id] as const);
  return (
    <section class={on ? undefined : "no-print"}>
      <h2>{w.reports.moved}</h2>
      <p class="muted">{w.reports.movedHelp}</p>
      <p class="report-asked no-print">
        <Select label={w.search.camera} value={camera.id} options={options} choose={setChosen} />
        <button type="button" class="quiet" aria-expanded={on} onClick={() => setOn(!on)}>
          {on ? w.reports.movedHide : w.reports.movedShow}
        </button>
      </p>
      {on && <Picture key={`${camera.id}/${report.from_ms}`} camera={camera.id} name={store.cameraNames.value.get(camera.id) ?? camera.id} from_ms={report.from_ms} to_ms={report.until_ms} />}
    </section>
  );
}

function Picture({ camera, name, from_ms, to_ms }: { camera: string; name: string; from_ms: number; to_ms: number }) {
  const w = words.value;
  const [heat, setHeat] = useState<MotionHeat | null>(null);
  const [still, setStill] = useState<string | null>(null);
  const [fault, setFault] = useState("");
  useEffect(() => {
    let current = true;
    let url = "";
    void getMotionHeat(new URLSearchParams({ camera, from_ms: String(from_ms), to_ms: String(to_ms) })).then((answer) => {
      if (!current) return;
      if (answer.ok) setHeat(answer.data);
      else setFault(explain(answer.problem));
    });
    void getStill(camera).then((found) => {
      if (!current || !found) return;
      url = URL.createObjectURL(found.blob);
      setStill(url);
    });
    return () => {
      current = false;
      URL.revokeObjectURL(url);
    };
  }, []);
  if (fault) return <Fault>{fault}</Fault>;
  if (!heat) return <Loading />;
  const said = heat.moving_minutes > 0 ? w.motion.heatSaid(heat.moving_minutes) : heat.told_from_ms === null ? w.motion.never : w.motion.heatNone;
  return (
    <figure class="picture-heat">
      {heat.moving_minutes > 0 && (
        <div class="picture-heat-ground">
          {still && <img src={still} alt="" />}
          <svg viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} preserveAspectRatio="none" role="img" aria-label={w.reports.movedOf(name)}>
            <HeatMap heat={heat} size={SIZE} />
          </svg>
        </div>
      )}
      <figcaption>
        <p class="muted" role="status">
          {name} · {said}
        </p>
      </figcaption>
    </figure>
  );
}
