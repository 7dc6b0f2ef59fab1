/** How many things are in each zone of a camera now, as a line over its picture's foot. */
import type { Camera } from "../../api/types";
import * as store from "../../api/store";
import { countsOf } from "../../lib/counts";
import { words } from "../../lib/preferences";
import { now_ms } from "../place";

export function Counts({ camera }: { camera: Camera }) {
  const w = words.value;
  const shown = countsOf(store.zoneCounts.value, camera.id, now_ms.value);
  if (shown.length === 0) return null;
  return (
    <span class="tile-counts muted">
      {shown.map(({ zone, counts }) => `${store.shownName(zone)}: ${counts.map(([name, count]) => `${w.className(name)} ${count}`).join(", ")}`).join(" · ")}
    </span>
  );
}
