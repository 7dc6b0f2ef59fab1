/** Everything that is wrong now, as one list, each with what to do about it. */
import { useEffect, useState } from "preact/hooks";
import { getStorage, type Storage } from "../../api/fleetCalls";
import * as store from "../../api/store";
import { words } from "../../lib/preferences";
import { sentence } from "../../lib/said";
import { storeTrouble } from "../../lib/storage";
import { findTroubles, type Trouble } from "../../lib/troubles";
import { Icon } from "../../ui/Icon";
import { Segments } from "../../ui/parts";

const STORE_MS = 60_000;
const FULL_DAYS = 7;

export function Troubles() {
  const w = words.value;
  const [by, setBy] = useState<"gravity" | "subject">("gravity");
  const storage = useStorage();
  const known = findTroubles(store.cameras.value ?? [], store.nodes.value ?? [], store.system.value);
  const least_days = store.system.value?.bounds?.store_full_days_min ?? FULL_DAYS;
  const found = [...known, ...(storage ? storeTrouble(storage, least_days, w) : [])].sort((a, b) => Number(b.grave) - Number(a.grave));
  const shown = by === "subject" ? [...found].sort((a, b) => subjectOf(a).localeCompare(subjectOf(b))) : found;
  return (
    <section>
      <div class="section-head">
        <h2>{w.site.troubles}</h2>
        {found.length > 1 && (
          <Segments
            label={w.fleet.sort}
            value={by}
            options={[
              ["gravity", w.fleet.troubleOrder.gravity],
              ["subject", w.fleet.troubleOrder.subject],
            ]}
            choose={setBy}
          />
        )}
      </div>
      {shown.length === 0 ? (
        <p class="healthy">
          <Icon name="check" size={16} /> {w.site.healthy}
        </p>
      ) : (
        <ul class="troubles">
          {shown.map((trouble) => (
            <li key={trouble.key} data-grave={trouble.grave || undefined}>
              <Icon name={trouble.grave ? "high" : "medium"} />
              <div>
                <strong>{subjectOf(trouble)}</strong>
                <p>{w.remedy[trouble.remedy].replace("{bound}", trouble.bound)}</p>
                {trouble.detail && <p class="muted">{detailOf(trouble)}</p>}
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The store is counted when asked for, and days pass slowly. */
function useStorage(): Storage | null {
  const [storage, setStorage] = useState<Storage | null>(null);
  useEffect(() => {
    let current = true;
    const load = (): void =>
      void getStorage().then((answer) => {
        if (current && answer.ok) setStorage(answer.data);
      });
    if (!store.seesSite.value) return undefined;
    load();
    const timer = setInterval(load, STORE_MS);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, []);
  return storage;
}

function detailOf(trouble: Trouble): string {
  const w = words.value;
  if (trouble.remedy === "throttled") return trouble.detail.split(", ").map(w.site.flags).join(", ");
  return trouble.remedy === "store" ? trouble.detail : sentence(trouble.said, trouble.detail, w);
}

function subjectOf(trouble: Trouble): string {
  const w = words.value;
  if (trouble.remedy === "verification") return w.settings.verification;
  if (trouble.remedy === "storeAway") return w.fleet.storage.title;
  return trouble.remedy === "role" ? (w.site.roleName[trouble.subject] ?? trouble.subject) : trouble.subject;
}
