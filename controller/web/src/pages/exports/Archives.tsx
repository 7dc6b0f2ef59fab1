/** Alarms and evidence that are copied to a destination again and again: what came of it, what failed, when it runs next. */
import { useEffect, useState } from "preact/hooks";
import { getArchives, getTargets, putArchive, removeArchive, runArchive } from "../../api/exportCalls";
import * as store from "../../api/store";
import type { Archive, ExportTarget } from "../../api/types";
import { bytes, dateTime } from "../../lib/format";
import { text } from "../../lib/formText";
import { language, words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { Fault } from "../../ui/parts";
import { TOO_LATE, useEdited } from "../useEdited";
import { explain } from "../actions";

const AGAIN_MS = 10_000;
const HOUR_MIN = 60;
const SEVERITIES = ["critical", "high", "medium", "low"] as const;
const when = (at_ms: number): string => dateTime(at_ms).slice(0, 16);
const clock = (at_min: number): string => `${String(Math.floor(at_min / HOUR_MIN)).padStart(2, "0")}:${String(at_min % HOUR_MIN).padStart(2, "0")}`;
const cycle = (one: Archive): string => (one.every === "hour" ? words.value.archives.hourly : words.value.archives.daily(clock(one.at_min)));

export function Archives() {
  const w = words.value.archives;
  const [all, setAll] = useState<readonly Archive[] | null>(null);
  const [fault, setFault] = useState("");
  const [opened, setOpened] = useState<{ what: "put"; one: Archive | null } | { what: "remove"; one: Archive } | null>(null);
  const load = async (): Promise<void> => {
    const answer = await getArchives();
    if (answer.ok) setAll(answer.data);
    setFault(answer.ok ? "" : explain(answer.problem));
  };
  useEffect(() => {
    void load();
    const timer = setInterval(() => void load(), AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  const run = async (name: string): Promise<void> => {
    const answer = await runArchive(name);
    setFault(answer.ok ? "" : explain(answer.problem));
    if (answer.ok) void load();
  };
  const close = (): void => {
    setOpened(null);
    void load();
  };
  return (
    <section>
      <div class="page-head">
        <h2>{w.title}</h2>
        <span class="push" />
        {store.mayConfigure.value && (
          <button type="button" class="quiet" onClick={() => setOpened({ what: "put", one: null })}>
            {w.add}
          </button>
        )}
      </div>
      <p class="muted">{all?.length === 0 ? w.none : w.help}</p>
      {fault && <Fault>{fault}</Fault>}
      <ul class="export-list">
        {all?.map((one) => (
          <li key={one.name} class="export">
            <div class="export-head">
              <strong>{one.name}</strong>
              <span class="muted">{cycle(one)}</span>
              <span class="push" />
              {store.mayConfigure.value && (
                <>
                  <button type="button" onClick={() => void run(one.name)}>
                    {w.run}
                  </button>
                  <button type="button" class="quiet" onClick={() => setOpened({ what: "put", one })}>
                    {w.change}
                  </button>
                  <button type="button" class="quiet" onClick={() => setOpened({ what: "remove", one })}>
                    {w.remove}
                  </button>
                </>
              )}
            </div>
            <span>{`${one.severities.map((severity) => words.value.severity[severity]).join(", ")} → ${one.destination}`}</span>
            <p class={one.failing ? "fault" : "healthy"}>
              <Icon name={one.failing ? "high" : one.waiting > 0 ? "clock" : "check"} size={16} /> {w.state(one.copied, bytes(one.bytes), one.waiting)}
              {one.failing && ` · ${w.failing(when(one.failing_ms))}`}
            </p>
            {one.fault && <p class="muted">{words.value.exports.reason[one.fault] ?? words.value.exports.state[one.fault] ?? one.fault}</p>}
            <span class="muted">{w.times(when(one.ok_ms), when(one.next_ms))}</span>
          </li>
        ))}
      </ul>
      {opened?.what === "put" && <PutDialog one={opened.one} close={close} />}
      {opened?.what === "remove" && <RemoveArchive name={opened.one.name} close={close} />}
    </section>
  );
}

function PutDialog({ one, close }: { one: Archive | null; close: () => void }) {
  const w = words.value.archives;
  const e = words.value.exports;
  const [targets, setTargets] = useState<readonly ExportTarget[] | null>(null);
  useEffect(() => void getTargets().then((answer) => setTargets(answer.ok ? answer.data : [])), []);
  const severitiesOf = (chosen: readonly string[]): string => SEVERITIES.filter((each) => chosen.includes(each)).map((each) => words.value.severity[each]).join(" ");
  const edit = useEdited<Archive>(one, (archive) => ({ [e.target]: archive.destination, [w.severities]: severitiesOf(archive.severities), [w.every]: cycle(archive) }));
  const submit = async (form: FormData): Promise<string | null> => {
    const severities = SEVERITIES.filter((each) => form.getAll("severity").includes(each));
    if (severities.length === 0) return w.noSeverity;
    const name = one?.name ?? text(form, "name");
    const every = text(form, "every") === "hour" ? "hour" : "day";
    const wish = { destination: text(form, "place"), severities, every, at: text(form, "at") || "03:00", language: language.value, since_ms: one?.since_ms ?? null } as const;
    const answer = await putArchive(name, wish, edit.headers());
    if (answer.ok || answer.problem.status !== TOO_LATE) return answer.ok ? null : explain(answer.problem);
    const now = await getArchives();
    return now.ok ? edit.conflict(now.data.find((archive) => archive.name === name) ?? null) : explain(now.problem);
  };
  if (!targets) return null;
  return (
    <Dialog title={one ? w.changeTitle(one.name) : w.addTitle} about={one ? w.changeHelp : w.addHelp} deed={words.value.targets.save} submit={submit} close={close}>
      {targets.length === 0 && <Fault>{w.noPlace}</Fault>}
      {!one && <Field name="name" label={words.value.targets.name} help={words.value.targets.nameHelp} autofocus />}
      <label>
        {e.target}
        <select name="place" required>
          {targets.map((each) => (
            <option key={each.name} value={each.name} selected={each.name === one?.destination}>
              {each.name}
            </option>
          ))}
        </select>
      </label>
      <fieldset class="export-cameras">
        <legend>{w.severities}</legend>
        {SEVERITIES.map((each) => (
          <label key={each} class="check">
            <input type="checkbox" name="severity" value={each} defaultChecked={one ? one.severities.includes(each) : each === "critical" || each === "high"} />
            {words.value.severity[each]}
          </label>
        ))}
      </fieldset>
      <label>
        {w.every}
        <select name="every">
          <option value="day">{w.eachDay}</option>
          <option value="hour" selected={one?.every === "hour"}>
            {w.hourly}
          </option>
        </select>
      </label>
      <label>
        {w.at}
        <input name="at" type="time" required defaultValue={one ? clock(one.at_min) : "03:00"} />
      </label>
    </Dialog>
  );
}

function RemoveArchive({ name, close }: { name: string; close: () => void }) {
  const w = words.value.archives;
  const submit = async (): Promise<string | null> => {
    const answer = await removeArchive(name);
    return answer.ok || answer.problem.status === 404 ? null : explain(answer.problem);
  };
  return <Dialog title={w.removeTitle} about={w.removeHelp} deed={w.remove} submit={submit} close={close} />;
}
