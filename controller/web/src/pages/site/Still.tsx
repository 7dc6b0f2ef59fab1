/** The newest still of a camera, with its age; asked for again while it is looked at. */
import { useEffect, useState } from "preact/hooks";
import { getStill } from "../../api/fleetCalls";
import { age } from "../../lib/format";
import { language, words } from "../../lib/preferences";
import { Icon } from "../../ui/Icon";
import { now_ms } from "../place";

const AGAIN_MS = 20_000;
const OLD_MS = 60_000;

export function Still({ camera, name }: { camera: string | null; name: string }) {
  const w = words.value.fleet;
  const [still, setStill] = useState<{ url: string; at_ms: number } | null>(null);
  useEffect(() => {
    let current = true;
    let url = "";
    const load = async (): Promise<void> => {
      if (!camera || document.hidden) return;
      const found = await getStill(camera);
      if (!current || !found) return;
      URL.revokeObjectURL(url);
      url = URL.createObjectURL(found.blob);
      setStill({ url, at_ms: found.at_ms });
    };
    void load();
    const timer = setInterval(() => void load(), AGAIN_MS);
    return () => {
      current = false;
      clearInterval(timer);
      URL.revokeObjectURL(url);
      setStill(null);
    };
  }, [camera]);
  const old = still !== null && now_ms.value - still.at_ms > OLD_MS;
  return (
    <figure class="still" data-old={old || undefined}>
      {still ? <img src={still.url} alt={w.stillOf(name)} /> : <Icon name="photo" size={28} />}
      <figcaption>{still ? `${name} · ${w.taken(age(now_ms.value - still.at_ms, language.value))}` : w.noStill}</figcaption>
    </figure>
  );
}
