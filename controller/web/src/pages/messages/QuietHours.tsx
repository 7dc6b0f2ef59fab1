/** One's own quiet hours: messages of these hours wait for their end. */
import { useEffect, useState } from "preact/hooks";
import { getQuiet, putQuiet } from "../../api/messageCalls";
import type { Problem, Quiet } from "../../api/types";
import { words } from "../../lib/preferences";
import { Field } from "../../ui/Field";
import { Fault, Segments } from "../../ui/parts";
import { explain } from "../actions";
import { Check } from "./Switches";

const USUAL = { from_time: "22:00", until_time: "07:00", critical_through: true };

export function QuietHours() {
  const w = words.value.messages;
  const [quiet, setQuiet] = useState<Quiet | null>(null);
  const [zone, setZone] = useState("");
  const [tag, setTag] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [saved, setSaved] = useState(false);
  useEffect(() => {
    void getQuiet().then((answer) => {
      if (!answer.ok) return setProblem(answer.problem);
      setQuiet(answer.data.quiet);
      setZone(answer.data.timezone);
      setTag(answer.data.tag ?? "");
    });
  }, []);

  const save = async (wanted: Quiet | null): Promise<void> => {
    const answer = await putQuiet(wanted, tag);
    setProblem(answer.ok ? null : answer.problem);
    setSaved(answer.ok);
    // Changed elsewhere: what is written here stays, and who saves again means it.
    if (!answer.ok && answer.problem.status === 412) void getQuiet().then((now) => now.ok && setTag(now.data.tag ?? ""));
    if (answer.ok) {
      setQuiet(answer.data.quiet);
      setTag(answer.data.tag ?? "");
    }
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!quiet) return;
    const form = new FormData(event.currentTarget as HTMLFormElement);
    void save({ ...quiet, from_time: String(form.get("from")), until_time: String(form.get("until")) });
  };
  const at = problem?.field?.replace(/^quiet\./, "") ?? "";
  const faultAt = (field: string): string | undefined => (problem && at === field ? explain(problem) : undefined);
  return (
    <section>
      <h2>{w.quiet}</h2>
      <p class="muted">{w.quietHelp}</p>
      {zone && (
        <Segments
          label={w.quiet}
          value={quiet ? "on" : "off"}
          options={[
            ["off", w.quietOff],
            ["on", w.quietOn],
          ]}
          choose={(value) => {
            setSaved(false);
            if (value === "off") void save(null);
            else if (!quiet) setQuiet({ ...USUAL, timezone: zone });
          }}
        />
      )}
      {quiet && (
        <form class="form quiet-form" noValidate onSubmit={submit}>
          <div class="fields">
            <Field name="from" type="time" label={w.quietFrom} value={quiet.from_time} fault={faultAt("from_time")} />
            <Field name="until" type="time" label={w.quietUntil} value={quiet.until_time} fault={faultAt("until_time")} />
          </div>
          <p class="muted">{w.quietZone(quiet.timezone ?? zone)}</p>
          <Check label={w.critical} on={quiet.critical_through ?? true} change={(critical_through) => setQuiet({ ...quiet, critical_through })} />
          <div class="form-actions start">
            <button type="submit" class="primary">
              {w.save}
            </button>
          </div>
        </form>
      )}
      <p class="muted" role="status">
        {saved && w.quietSaved}
      </p>
      {problem && !["from_time", "until_time"].includes(at) && <Fault>{explain(problem)}</Fault>}
    </section>
  );
}
