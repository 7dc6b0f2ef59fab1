/** Everything that is wrong now, as one list, each with what to do about it. */
import { useState } from "preact/hooks";
import * as store from "../../api/store";
import { words } from "../../lib/preferences";
import { sentence } from "../../lib/said";
import { findTroubles, type Trouble } from "../../lib/troubles";
import { Icon } from "../../ui/Icon";
import { Segments } from "../../ui/parts";

export function Troubles() {
  const w = words.value;
  const [by, setBy] = useState<"gravity" | "subject">("gravity");
  const found = findTroubles(store.cameras.value ?? [], store.nodes.value ?? [], store.system.value);
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

function detailOf(trouble: Trouble): string {
  const w = words.value;
  if (trouble.remedy === "throttled") return trouble.detail.split(", ").map(w.site.flags).join(", ");
  return sentence(trouble.said, trouble.detail, w);
}

function subjectOf(trouble: Trouble): string {
  const w = words.value;
  if (trouble.remedy === "verification") return w.settings.verification;
  return trouble.remedy === "role" ? (w.site.roleName[trouble.subject] ?? trouble.subject) : trouble.subject;
}
