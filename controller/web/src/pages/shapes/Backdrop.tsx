/** What is drawn upon: the camera's live picture, or the newest still where none comes. */
import { useEffect, useRef, useState } from "preact/hooks";
import { pictureUrl } from "../../api/calls";
import { takeStill } from "../../api/editCalls";
import * as store from "../../api/store";
import type { Camera } from "../../api/types";
import { words } from "../../lib/preferences";
import { Screen } from "../wall/Screen";
import { useLive, type Surface } from "../wall/useLive";

const PATIENCE_MS = 6000;

export function Backdrop({ camera }: { camera: Camera }) {
  const w = words.value.shapes;
  const surface = useRef<Surface | null>(null);
  const [still, setStill] = useState<string | null>(null);
  const [asked, setAsked] = useState(false);
  const live = useLive(camera.id, "main", surface, () => undefined, () => undefined);
  const playing = live.status.value === "playing";

  useEffect(() => {
    if (playing || asked) return;
    const timer = setTimeout(() => {
      setAsked(true);
      const seen = [...store.alarms.value.values()].filter((alarm) => alarm.has_picture && alarm.camera === camera.id).sort((a, b) => b.condition_ms - a.condition_ms)[0];
      const newest = seen ? pictureUrl(seen.id) : null;
      if (!store.mayConfigure.value) return setStill(newest);
      void takeStill(camera.node, camera.id).then((taken) => setStill(taken ?? newest));
    }, PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [playing, asked, camera.id]);

  return (
    <>
      <Screen key={live.mode} mode={live.mode} look="shape-picture" take={(element) => void (element && (surface.current = element))} />
      {!playing && still && <img class="shape-picture" src={still} alt="" />}
      {!playing && (
        <p class="shape-note" role="status">
          {still ? w.still : asked ? w.none : w.waiting}
        </p>
      )}
    </>
  );
}
