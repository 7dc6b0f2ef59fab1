/** Calibrates the floor: four spots of which a person knows the metres; the grid and a measured distance are the check. */
import { useState } from "preact/hooks";
import type { Camera } from "../../api/types";
import { words } from "../../lib/preferences";
import { GROUND, type Demand, type Path, type Size } from "../../lib/shapes/geometry";
import { distance_m, fit, grid, MAX_RESIDUAL_M, metresAt, type Ground, type Spot } from "../../lib/shapes/ground";
import { Fault, Segments } from "../../ui/parts";
import { useUnsaved } from "../../ui/useUnsaved";
import { NumberField, TextField } from "../rules/fields";
import { isSame, saveView, viewOf, type View } from "./saveView";
import { ShapeEditor } from "./ShapeEditor";
import { useSteps } from "./useSteps";

/** A usual bay, in the order: near left, near right, far right, far left. */
const BAY: readonly (readonly [number, number])[] = [[0, 0], [3, 0], [3, 6], [0, 6]];
const TAPE: Demand = { closed: false, least: 2, most: 2 };

export function GroundEditor({ camera }: { camera: Camera }) {
  const w = words.value.views;
  const [base, setBase] = useState<View>(() => viewOf(camera.id));
  const [place, setPlace] = useState(base.place ?? "");
  const [mode, setMode] = useState<"spots" | "tape">("spots");
  const [tape, setTape] = useState<Path>([]);
  const [fault, setFault] = useState("");
  const [saved, setSaved] = useState(false);
  const steps = useSteps<readonly Spot[]>(() => base.ground ?? []);
  const spots = steps.now;
  const ground = fit(spots);
  const path: Path = spots.map(([x, y]) => [x, y]);
  const change = (next: Path, mark?: string): void => steps.change(taken(spots, next, ground), mark);
  const mine: View = { ...(spots.length > 0 ? { ground: spots } : {}), ...(place.trim() ? { place: place.trim() } : {}) };
  useUnsaved(() => !isSame(base, mine));
  const submit = async (): Promise<void> => {
    if (spots.length > 0 && typeof ground === "string") return setFault(w.groundFault[ground]);
    const why = await saveView(camera.id, base, mine);
    setFault(why ?? "");
    setSaved(why === null);
    if (why === null) setBase(viewOf(camera.id));
  };
  const far = typeof ground !== "string" && tape[0] && tape[1] ? distance_m(ground, tape[0], tape[1]) : null;
  return (
    <section class="edit-form">
      <p class="muted">{w.groundHelp}</p>
      <Segments label={w.mode} value={mode} options={[["spots", w.spots], ...(typeof ground === "string" ? [] : [["tape", w.tape] as const])]} choose={setMode} />
      <ShapeEditor
        camera={camera}
        demand={mode === "tape" ? TAPE : GROUND}
        paths={[mode === "tape" ? tape : path]}
        selected={0}
        others={mode === "tape" ? [{ points: path, closed: true, name: null }] : []}
        change={([points = []], mark) => (mode === "tape" ? setTape(points) : change(points, mark))}
        undo={mode === "tape" ? undefined : steps.undo}
        redo={mode === "tape" ? undefined : steps.redo}
        label={mode === "tape" ? w.tape : w.spots}
        loose
      >
        {(size) => typeof ground !== "string" && <Grid ground={ground} spots={spots} size={size} />}
      </ShapeEditor>
      {mode === "tape" ? (
        <p class="rule-sentence" role="status">
          {far === null ? (tape.length > 1 ? w.sky : w.tapeHelp) : w.measured(far.toFixed(far < 10 ? 2 : 1))}
        </p>
      ) : (
        <>
          <p role="status" class={typeof ground === "string" && spots.length >= GROUND.least ? "bad" : "muted"}>
            {typeof ground === "string" ? w.groundFault[ground] : `${w.gridStep(grid(ground, spots).step_m)}${spots.length > 4 ? ` ${w.residual(ground.residual_m.toFixed(2), ground.residual_m > MAX_RESIDUAL_M)}` : ""}`}
          </p>
          <ol class="spots">
            {spots.map((spot, at) => (
              <li key={at}>
                <strong>{at + 1}</strong>
                {([2, 3] as const).map((axis) => (
                  <NumberField key={axis} label={axis === 2 ? w.east : w.north} unit="m" value={spot[axis]} change={(value) => steps.change(spots.map((one, index) => (index === at ? (one.map((part, i) => (i === axis ? (value ?? 0) : part)) as unknown as Spot) : one)), `metres ${at} ${axis}`)} />
                ))}
              </li>
            ))}
          </ol>
        </>
      )}
      <TextField label={words.value.builder.field.place} help={words.value.builder.placeHelp} value={place} change={setPlace} />
      {fault && <Fault>{fault}</Fault>}
      <div class="form-actions">
        <span class="muted" role="status">
          {saved && w.saved}
        </span>
        <button type="button" class="primary" onClick={() => void submit()}>
          {w.save}
        </button>
      </div>
    </section>
  );
}

/** The spots with their places in the picture as drawn; a new one has the metres that it seems to have. */
function taken(spots: readonly Spot[], next: Path, ground: ReturnType<typeof fit>): Spot[] {
  const gone = next.length < spots.length ? spots.findIndex(([x, y], at) => x !== next[at]?.[0] || y !== next[at][1]) : -1;
  const known = gone < 0 ? spots : spots.filter((_, at) => at !== gone);
  return next.map(([x, y], at): Spot => {
    const [, , east, north] = known[at] ?? [];
    if (east !== undefined && north !== undefined) return [x, y, east, north];
    const seen = typeof ground === "string" ? BAY[at] : metresAt(ground, [x, y]);
    return [x, y, Math.round((seen?.[0] ?? 0) * 10) / 10, Math.round((seen?.[1] ?? 0) * 10) / 10];
  });
}

function Grid({ ground, spots, size }: { ground: Ground; spots: readonly Spot[]; size: Size }) {
  return (
    <g class="shape-grid" aria-hidden="true">
      {grid(ground, spots).lines.map(([[x1, y1], [x2, y2]], at) => (
        <line key={at} x1={x1 * size.width} y1={y1 * size.height} x2={x2 * size.width} y2={y2 * size.height} />
      ))}
    </g>
  );
}
