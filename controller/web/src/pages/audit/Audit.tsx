/** The audit: what was done by whom, narrowed by the address, and whether anybody changed it since. */
import { useEffect, useState } from "preact/hooks";
import { getAudit, linesUrl, type AuditEntry } from "../../api/audit";
import * as store from "../../api/store";
import { auditParams, detailLines, GROUPS, isGroup, type Group } from "../../lib/audit";
import { dateTime } from "../../lib/format";
import { words } from "../../lib/preferences";
import { Empty, Fault, Loading, Select } from "../../ui/parts";
import { explain } from "../actions";
import { go, route } from "../place";
import { Check } from "./Check";

export const AUDIT = "audit";

interface Found {
  items: readonly AuditEntry[];
  next: string | null;
}

export function Audit() {
  const w = words.value.audit;
  const { query } = route.value;
  const asked = auditParams(query);
  const key = asked.toString();
  const [found, setFound] = useState<Found | null>(null);
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    let current = true;
    setFound(null);
    setFault("");
    void getAudit(asked, null).then((answer) => {
      if (!current) return;
      if (answer.ok) setFound(answer.data);
      else setFault(explain(answer.problem));
    });
    return () => {
      current = false;
    };
  }, [key]);

  const more = async (): Promise<void> => {
    if (!found?.next) return;
    setBusy(true);
    const answer = await getAudit(asked, found.next);
    setBusy(false);
    if (answer.ok) setFound({ items: [...found.items, ...answer.data.items], next: answer.data.next });
    else setFault(explain(answer.problem));
  };
  return (
    <div class="audit">
      <p class="muted">{w.about}</p>
      <Check />
      <Asked />
      <p class="audit-lines">
        <span class="muted">{w.download}</span>
        {(["jsonl", "syslog"] as const).map((format) => (
          <a key={format} class="link" href={linesUrl(asked, format)} download>
            {w.lines[format]}
          </a>
        ))}
      </p>
      {fault && <Fault>{fault}</Fault>}
      {!found && !fault && <Loading />}
      {found?.items.length === 0 && <Empty icon="search" title={w.empty} help={w.emptyHelp} />}
      {found && found.items.length > 0 && <Entries items={found.items} />}
      {found?.next && (
        <button type="button" disabled={busy} onClick={() => void more()}>
          {w.more}
        </button>
      )}
    </div>
  );
}

function Asked() {
  const w = words.value.audit;
  const { query } = route.value;
  const change = (next: Record<string, string | undefined>): void => go("settings", { ...query, ...next });
  const typed = (name: "who" | "subject" | "from" | "to", label: string, help?: string) => (
    <label class="facet">
      <span class="facet-name">{label}</span>
      <input
        key={query[name] ?? ""}
        name={name}
        type={(name === "from" || name === "to" ? "date" : "text") as "text"}
        defaultValue={query[name] ?? ""}
        placeholder={help ?? ""}
        maxLength={100}
        autocomplete="off"
        onChange={(event) => change({ [name]: event.currentTarget.value.trim() || undefined })}
      />
    </label>
  );
  const groups: readonly (readonly [Group | "", string])[] = [["", w.anyGroup], ...(Object.keys(GROUPS) as Group[]).map((one) => [one, w.groups[one]] as const)];
  return (
    <div class="audit-asked" role="search" aria-label={w.title}>
      <div class="facet">
        <span class="facet-name">{w.group}</span>
        <Select label={w.group} value={isGroup(query["group"]) ? query["group"] : ""} options={groups} choose={(group) => change({ group: group || undefined })} />
      </div>
      {typed("who", w.who, w.whoHelp)}
      {typed("subject", w.subject, w.subjectHelp)}
      {typed("from", w.from)}
      {typed("to", w.to)}
    </div>
  );
}

/** A camera by its name, with the id that evidence names it by. */
function Subject({ id }: { id: string }) {
  const name = store.cameraNames.value.get(id);
  return (
    <>
      {name ?? id}
      {name && name !== id && <span class="muted block">{id}</span>}
    </>
  );
}

function Entries({ items }: { items: readonly AuditEntry[] }) {
  const w = words.value.audit;
  return (
    <div class="table-scroll">
      <table class="audit-table stacking">
        <thead>
          <tr>
            {[w.at, w.who, w.what, w.subject, w.where, w.detail].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={one.id} data-refused={one.what.endsWith(".refused") || undefined}>
              <td class="audit-at" data-name={w.at} title={`${one.at} · ${one.seq === null ? w.unsealed : w.place(one.seq)}`}>
                {dateTime(Date.parse(one.at))}
              </td>
              <td data-name={w.who} title={one.who}>{w.ourselves[one.who] ?? one.who}</td>
              <td data-name={w.what} title={one.what}>{w.verb[one.what] ?? one.what}</td>
              <td data-name={w.subject}>
                <Subject id={one.subject} />
              </td>
              <td data-name={w.where}>{one.address}</td>
              <td class="muted" data-name={w.detail}>
                {detailLines(one.detail).map((line) => (
                  <span key={line.text} class="block" title={line.exact || undefined}>
                    {line.text}
                  </span>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
