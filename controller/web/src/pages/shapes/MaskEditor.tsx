/** Masks of one camera: where motion does not count, or what nobody is to see; the node says what becomes of them. */
import { useEffect, useState } from "preact/hooks";
import { getNodeConfig } from "../../api/editCalls";
import type { Camera, NodeConfig } from "../../api/types";
import { areasOf, areSame, ownName, type AreaKind } from "../../lib/areas";
import { words } from "../../lib/preferences";
import { faultOf, ZONE, type Path } from "../../lib/shapes/geometry";
import { useUnsaved } from "../../ui/useUnsaved";
import { Icon } from "../../ui/Icon";
import { Fault, Loading } from "../../ui/parts";
import { explain } from "../actions";
import { saveAreas } from "./saveView";
import { ShapeEditor } from "./ShapeEditor";
import { useSteps } from "./useSteps";

const POLL_MS = 1500;
const MOST: Readonly<Record<AreaKind, number>> = { masks: 32, privacy: 16 };
const settled = (config: NodeConfig): boolean => config.reported != null && config.reported.version >= config.version && config.reported.state !== "applying";

export function MaskEditor({ camera, kind }: { camera: Camera; kind: AreaKind }) {
  const w = words.value.views;
  const name = ownName(camera.id);
  const [config, setConfig] = useState<NodeConfig | null>(null);
  const [waiting, setWaiting] = useState(false);
  const [fault, setFault] = useState("");
  const [selected, setSelected] = useState(0);
  const [busy, setBusy] = useState(false);
  const [base, setBase] = useState<readonly Path[]>([]);
  const steps = useSteps<readonly Path[]>([]);
  const changed = !areSame(steps.now, base);
  useUnsaved(() => config !== null && changed);
  const take = (given: NodeConfig): void => {
    setConfig(given);
    setBase(areasOf(given.settings, name, kind));
  };

  useEffect(() => {
    void getNodeConfig(camera.node).then((answer) => {
      if (!answer.ok) return setFault(explain(answer.problem));
      take(answer.data);
      steps.begin(areasOf(answer.data.settings, name, kind));
    });
  }, [camera.id, kind]);
  useEffect(() => {
    if (!waiting || !config) return;
    if (settled(config)) return setWaiting(false);
    const timer = setTimeout(() => void getNodeConfig(camera.node).then((answer) => setConfig(answer.ok ? answer.data : { ...config })), POLL_MS);
    return () => clearTimeout(timer);
  }, [waiting, config]);

  if (!config) return fault ? <Fault>{fault}</Fault> : <Loading />;
  const areas = steps.now;
  const submit = async (): Promise<void> => {
    const wrong = areas.findIndex((path) => faultOf(path, ZONE) !== null);
    if (wrong >= 0) {
      setSelected(wrong);
      return setFault(w.unfinished(wrong + 1));
    }
    setBusy(true);
    const answer = await saveAreas(camera.node, name, kind, base, areas);
    setBusy(false);
    setFault(typeof answer === "string" ? answer : "");
    if (typeof answer === "string") return;
    take(answer);
    setWaiting(true);
  };
  return (
    <section class="edit-form">
      <p class="muted">{w.help[kind]}</p>
      <div class="name-chips" role="group" aria-label={w.areas}>
        {areas.map((_, at) => (
          <button type="button" key={at} aria-pressed={at === selected} onClick={() => setSelected(at)}>
            {w.area(at + 1)}
          </button>
        ))}
        <button
          type="button"
          disabled={areas.length >= MOST[kind] || areas.some((path) => path.length < ZONE.least)}
          onClick={() => {
            steps.change([...areas, []]);
            setSelected(areas.length);
          }}
        >
          <Icon name="plus" size={16} /> {w.addArea}
        </button>
        {selected in areas && (
          <button
            type="button"
            class="quiet"
            onClick={() => {
              steps.change(areas.filter((_, at) => at !== selected));
              setSelected(Math.max(0, selected - 1));
            }}
          >
            <Icon name="trash" size={16} /> {w.dropArea(selected + 1)}
          </button>
        )}
      </div>
      {selected in areas ? (
        <ShapeEditor camera={camera} demand={ZONE} paths={areas} selected={selected} select={setSelected} others={[]} change={(next, mark) => steps.change(next, mark)} undo={steps.undo} redo={steps.redo} label={w.area(selected + 1)} />
      ) : (
        <p>{w.noAreas}</p>
      )}
      {fault && <Fault>{fault}</Fault>}
      <div class="form-actions">
        <span class="muted" role="status">
          {!changed && said(config)}
        </span>
        <button type="button" class="primary" disabled={busy || !changed} onClick={() => void submit()}>
          {w.save}
        </button>
      </div>
      <p class="muted">{w.restarts}</p>
    </section>
  );
}

/** What the node says of the newest settings. */
function said({ version, reported }: NodeConfig): string {
  const w = words.value.views;
  if (version === 0) return "";
  if (!reported || reported.version < version) return w.state.waiting;
  return reported.reason ? `${w.state[reported.state]} ${reported.reason}` : w.state[reported.state];
}
