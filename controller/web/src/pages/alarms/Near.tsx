/** What happened before, after and around: on the same camera, and on the others at that time. */
import { useEffect, useState } from "preact/hooks";
import { getReview } from "../../api/review";
import * as store from "../../api/store";
import { language, words } from "../../lib/preferences";
import { spell } from "../../lib/format";
import { placeKey, type Item } from "../../lib/review";
import { formatRoute } from "../../lib/route";
import { placeFor, titleFor } from "../review/ReviewCard";

const AROUND_MS = 600_000;
const BESIDE_MS = 30_000;
const MOST = 4;
const LEAD_MS = 5000;
const SPAN_MS = 300_000;

export interface NearProps {
  id: string;
  camera: string;
  start_ms: number;
  end_ms: number;
}

export function Near({ id, camera, start_ms, end_ms }: NearProps) {
  const w = words.value.review;
  const [own, setOwn] = useState<readonly Item[]>([]);
  const [others, setOthers] = useState<readonly Item[]>([]);
  useEffect(() => {
    let current = true;
    const around = (from_ms: number, to_ms: number, more: Record<string, string>): URLSearchParams =>
      new URLSearchParams({ from_ms: String(Math.max(0, Math.round(from_ms))), to_ms: String(Math.round(to_ms)), limit: "100", ...more });
    const load = async (): Promise<void> => {
      const [same, beside] = await Promise.all([
        getReview(around(start_ms - AROUND_MS, start_ms + AROUND_MS, { camera, motion: "true" })),
        getReview(around(start_ms - BESIDE_MS, Math.min(end_ms, start_ms + AROUND_MS) + BESIDE_MS, { motion: "true" })),
      ]);
      if (!current) return;
      if (same.ok) setOwn(nearest(same.data.items.filter((item) => item.id !== id), start_ms));
      if (beside.ok) setOthers(nearest(beside.data.items.filter((item) => item.id !== id && !sees(item, camera)), start_ms));
    };
    void load();
    return () => {
      current = false;
    };
  }, [id, camera, start_ms]);
  const cameras = [camera, ...new Set(others.map((item) => item.alarm?.camera ?? item.event?.camera ?? ""))].filter(Boolean);
  const all = cameras.length > 1 ? cameras : (store.cameras.value ?? []).map((one) => one.id).slice(0, 4);
  return (
    <section class="near">
      <h3>{w.near}</h3>
      <h4 class="muted">{w.nearSame}</h4>
      {own.length === 0 ? <p class="muted">{w.nearNone}</p> : <Links items={own} start_ms={start_ms} />}
      <h4 class="muted">{w.nearOther}</h4>
      {others.length === 0 ? <p class="muted">{w.nearOtherNone}</p> : <Links items={others} start_ms={start_ms} />}
      <a class="link" href={formatRoute("timeline", { at: String(start_ms - LEAD_MS), span: String(SPAN_MS), cameras: all.join(",") })}>
        {w.allCameras}
      </a>
    </section>
  );
}

const sees = (item: Item, camera: string): boolean => placeKey(item) === camera || item.alarm?.camera === camera || Boolean(item.alarm?.cameras.includes(camera));

/** The few that are nearest in time, in order. */
function nearest(items: readonly Item[], at_ms: number): Item[] {
  const near = [...items].sort((a, b) => Math.abs(a.at_ms - at_ms) - Math.abs(b.at_ms - at_ms)).slice(0, MOST);
  return near.sort((a, b) => a.at_ms - b.at_ms);
}

function Links({ items, start_ms }: { items: readonly Item[]; start_ms: number }) {
  const w = words.value.review;
  return (
    <ul class="rows">
      {items.map((item) => {
        const apart = spell(Math.abs(item.at_ms - start_ms), language.value);
        const when = Math.abs(item.at_ms - start_ms) < 1000 ? w.meanwhile : item.at_ms < start_ms ? w.before(apart) : w.after(apart);
        const target = item.alarm ? { view: "review", seen: "1", id: item.id } : { view: "review", seen: "1", event: item.id };
        return (
          <li key={item.id}>
            <a class="link" href={formatRoute("alarms", target)}>
              {titleFor(item)}
            </a>
            <span class="muted">{placeFor(item)}</span>
            <span class="muted push">{when}</span>
          </li>
        );
      })}
    </ul>
  );
}
