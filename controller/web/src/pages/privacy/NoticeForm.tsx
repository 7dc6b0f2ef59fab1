/** The notice that hangs beside the cameras: filled in, kept, printed on A4. The law's own points come in its order. */
import { useState } from "preact/hooks";
import { putNotice, type Notice, type Privacy } from "../../api/privacy";
import { words } from "../../lib/preferences";
import { Field } from "../../ui/Field";
import { Fault } from "../../ui/parts";
import { explain } from "../actions";

const FIELDS = ["name", "purpose", "place", "scope", "responsible", "phone", "trustee", "longer"] as const;
/** What must stand on it; the rest where there is any. */
const NEEDED: readonly (keyof Notice)[] = ["name", "purpose", "place", "scope", "responsible", "phone"];

export function NoticeForm({ told, days, saved }: { told: Privacy; days: number; saved: (told: Privacy) => void }) {
  const w = words.value.privacy;
  const [fault, setFault] = useState("");
  const [done, setDone] = useState(false);
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const notice = Object.fromEntries(FIELDS.map((name) => [name, String(form.get(name) ?? "").trim()]));
    const answer = await putNotice(notice as unknown as Notice, told.tag);
    setFault(answer.ok ? "" : explain(answer.problem));
    setDone(answer.ok);
    if (answer.ok) saved(answer.data);
  };
  const missing = NEEDED.filter((name) => !told.notice[name]);
  return (
    <section>
      <div class="no-print">
        <div class="page-head">
          <h2>{w.notice}</h2>
          <span class="push" />
          <button type="button" onClick={() => print()}>
            {w.print}
          </button>
        </div>
        <p class="muted">{w.noticeHelp}</p>
        <form class="form edit-form" onSubmit={(event) => void send(event)} onInput={() => setDone(false)}>
          {FIELDS.map((name) => (
            <Field key={`${name} ${told.tag}`} name={name} label={w.field[name]} help={w.fieldHelp[name]} value={told.notice[name] ?? ""} optional={!NEEDED.includes(name)} />
          ))}
          {fault && <Fault>{fault}</Fault>}
          <div class="form-actions">
            <span class="muted" role="status">
              {done && w.saved}
            </span>
            <button type="submit" class="primary">
              {w.save}
            </button>
          </div>
        </form>
        {missing.length > 0 && <Fault>{w.missing(missing.map((name) => w.field[name]).join(", "))}</Fault>}
      </div>
      <Sign notice={told.notice} days={days} />
    </section>
  );
}

/** As it is printed: black on white, in both themes. */
function Sign({ notice, days }: { notice: Notice; days: number }) {
  const w = words.value.privacy;
  const lines: readonly (readonly [string, string | undefined])[] = [
    [w.field.purpose, notice.purpose],
    [w.field.place, notice.place],
    [w.field.scope, notice.scope],
    [w.keptFor, days > 0 ? w.days(days) : ""],
    [w.field.responsible, [notice.responsible, notice.phone].filter(Boolean).join(" · ")],
    ...(notice.trustee ? ([[w.field.trustee, notice.trustee]] as const) : []),
  ];
  return (
    <article class="sign" aria-label={w.notice}>
      <h3>{w.signTitle}</h3>
      <p>{notice.name ? w.signBody(notice.name) : w.signNobody}</p>
      <dl>
        {lines.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text || <span class="sign-blank" />}</dd>
          </div>
        ))}
      </dl>
      <p class="sign-law">{w.law}</p>
    </article>
  );
}
