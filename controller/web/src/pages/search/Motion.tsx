/** Looks for motion in a part of a camera's picture: the region drawn on the picture, what moved there beneath it. */
import { useEffect, useState } from "preact/hooks";
import { serverNow_ms } from "../../api/client";
import { loadMasks, masks } from "../../api/masks";
import { getMotionHeat } from "../../api/motion";
import * as store from "../../api/store";
import type { Camera, MotionHeat } from "../../api/types";
import { dateTime, percent } from "../../lib/format";
import { heatParams, lack, lookedShare, regionOf, regionText, shareOf, SHARES } from "../../lib/motion";
import { words } from "../../lib/preferences";
import { ZONE, type Path } from "../../lib/shapes/geometry";
import { HeatMap } from "../../ui/HeatMap";
import { Empty, Fault, Loading, Segments, Select } from "../../ui/parts";
import { explain } from "../actions";
import { ShapeEditor } from "../shapes/ShapeEditor";
import { useSteps } from "../shapes/useSteps";
import { Time, type Change } from "./Facets";
import { MotionCard } from "./MotionCard";
import { useMotion, type Looking } from "./useMotion";

type Query = Readonly<Record<string, string>>;
const short = (at_ms: number): string => dateTime(at_ms).slice(0, 16);

export const cameraOf = (query: Query): Camera | null => {
  const all = store.cameras.value ?? [];
  return all.find((camera) => camera.id === query["camera"]) ?? all[0] ?? null;
};

export function MotionFacets({ query, change }: { query: Query; change: Change }) {
  const w = words.value;
  const cameras = (store.cameras.value ?? []).map((camera) => [camera.id, camera.name || camera.id] as const);
  return (
    <>
      <div class="facet">
        <span class="facet-name">{w.search.camera}</span>
        <Select label={w.search.camera} value={cameraOf(query)?.id ?? ""} options={cameras} choose={(camera) => change({ camera, region: undefined })} />
      </div>
      <Time query={query} change={change} />
      <div class="facet">
        <span class="facet-name">{w.motion.share}</span>
        <Segments label={w.motion.share} value={shareOf(query)} options={SHARES.map((one) => [one, w.motion.shares[one]] as const)} choose={(share) => change({ share: share === "any" ? undefined : share })} />
        <span class="muted field-help">{w.motion.shareHelp}</span>
      </div>
    </>
  );
}

export function MotionFound({ query, change }: { query: Query; change: Change }) {
  const w = words.value.motion;
  const camera = cameraOf(query);
  const looking = useMotion(query, camera?.id ?? "");
  const steps = useSteps<Path>(() => regionOf(query));
  const { heat, fault, toggle } = useHeat(query, camera?.id ?? "");
  useEffect(() => void loadMasks(), []);
  useEffect(() => {
    if ((regionText(steps.now) ?? "") !== (query["region"] ?? "")) steps.begin(regionOf(query));
  }, [query["region"], camera?.id]);
  useEffect(() => {
    const region = regionText(steps.now);
    if ((region ?? "") !== (query["region"] ?? "") && (region || steps.now.length === 0)) change({ camera: camera?.id, region });
  }, [steps.now]);
  if (store.cameras.value === null) return <Loading />;
  if (!camera) return <Empty icon="camera" title={w.noCamera} help={w.noCameraHelp} />;
  const masked = masks.value.get(camera.id);
  const others = [...(masked?.motion ?? []), ...(masked?.privacy ?? [])].map((points) => ({ points, closed: true, name: w.mask }));
  return (
    <>
      <div class="motion-region">
        <ShapeEditor camera={camera} demand={ZONE} paths={[steps.now]} selected={0} others={others} change={([path = []], mark) => steps.change(path, mark)} undo={steps.undo} redo={steps.redo} label={w.region}>
          {(size) => heat && <HeatMap heat={heat} size={size} />}
        </ShapeEditor>
        <p class="motion-heat-line">
          <button type="button" class="quiet" aria-pressed={heat !== null} onClick={toggle}>
            {w.heat}
          </button>
          <span class="muted" role="status">
            {heat && (heat.moving_minutes > 0 ? w.heatSaid(heat.moving_minutes) : heat.told_from_ms === null ? w.never : w.heatNone)}
          </span>
        </p>
        {fault && <Fault>{fault}</Fault>}
      </div>
      {query["region"] ? <Results looking={looking} /> : <p class="muted">{w.draw}</p>}
    </>
  );
}

function Results({ looking }: { looking: Looking }) {
  const w = words.value.motion;
  const { looked, busy, fault, stop, more } = looking;
  const page = looked?.page;
  return (
    <>
      <div class="motion-progress" aria-busy={busy}>
        {page && busy && <progress max={1} value={lookedShare(page)} aria-label={w.progress} />}
        <p class="muted search-said" role="status">
          {page && (busy ? w.looking(short(page.searched_ms), percent(lookedShare(page))) : `${w.found(looked.items.length, page.next !== null)} · ${words.value.search.looked(short(page.searched_ms), short(page.to_ms))}`)}
          {!page && busy && words.value.common.loading}
        </p>
        {busy && (
          <button type="button" class="quiet" onClick={stop}>
            {w.cancel}
          </button>
        )}
      </div>
      {fault && <Fault>{fault}</Fault>}
      {looked && looked.items.length > 0 && <Lack page={looked.page} />}
      <div class="search-grid">
        {looked?.items.map((find) => <MotionCard key={find.start_ms} find={find} />)}
      </div>
      {looked && looked.items.length === 0 && !busy && looked.page.next === null && <Nothing page={looked.page} />}
      {page?.next && !busy && (
        <button type="button" class="quiet more" onClick={more}>
          {w.further}
        </button>
      )}
    </>
  );
}

/** What of the time or the region nothing is known of. */
function Lack({ page }: { page: NonNullable<Looking["looked"]>["page"] }) {
  const w = words.value.motion;
  const why = lack(page);
  if (why === "since") return <p class="muted search-said">{w.since(short(page.told_from_ms ?? 0))}</p>;
  return why === "masked" ? <p class="muted search-said">{w.masked(percent(page.masked))}</p> : null;
}

function Nothing({ page }: { page: NonNullable<Looking["looked"]>["page"] }) {
  const w = words.value.motion;
  const why = lack(page);
  const said: Readonly<Record<string, readonly [string, string]>> = {
    never: [w.never, w.neverHelp],
    later: [w.later, w.laterHelp(short(page.told_from_ms ?? 0))],
    until: [w.later, w.until(short(page.told_to_ms ?? 0))],
    since: [w.none, w.since(short(page.told_from_ms ?? 0))],
    masked: [w.none, w.masked(percent(page.masked))],
  };
  const [title, help] = said[why ?? ""] ?? [w.none, w.noneHelp];
  return <Empty icon="search" title={title} help={help} />;
}

/** The heat map of the time that is searched, while it is switched on. */
function useHeat(query: Query, camera: string): { heat: MotionHeat | null; fault: string; toggle: () => void } {
  const [on, setOn] = useState(false);
  const [heat, setHeat] = useState<MotionHeat | null>(null);
  const [fault, setFault] = useState("");
  const key = heatParams(query, camera, 0).toString();
  useEffect(() => {
    setHeat(null);
    setFault("");
    if (!on || !camera) return;
    let wanted = true;
    void getMotionHeat(heatParams(query, camera, serverNow_ms())).then((answer) => {
      if (!wanted) return;
      if (answer.ok) setHeat(answer.data);
      else setFault(explain(answer.problem));
    });
    return () => {
      wanted = false;
    };
  }, [on, key]);
  return { heat, fault, toggle: () => setOn(!on) };
}
