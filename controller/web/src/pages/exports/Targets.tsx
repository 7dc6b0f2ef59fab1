/** Where exports may be sent besides the browser: tried, added, changed and removed by administrators. */
import { useEffect, useState } from "preact/hooks";
import { getTargets, putTarget, removeTarget, testTarget } from "../../api/exportCalls";
import * as store from "../../api/store";
import type { ExportTarget, ExportTargetTest } from "../../api/types";
import { bytes } from "../../lib/format";
import { text } from "../../lib/formText";
import { words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { Fault } from "../../ui/parts";
import { TOO_LATE, useEdited } from "../useEdited";
import { explain } from "../actions";

type Opened = { what: "put"; one: ExportTarget | null } | { what: "remove"; one: ExportTarget };

export function Targets() {
  const w = words.value.targets;
  const [all, setAll] = useState<readonly ExportTarget[] | null>(null);
  const [fault, setFault] = useState("");
  const [opened, setOpened] = useState<Opened | null>(null);
  const [again, setAgain] = useState(0);
  useEffect(() => {
    let current = true;
    void getTargets().then((answer) => {
      if (!current) return;
      if (answer.ok) setAll(answer.data);
      setFault(answer.ok ? "" : explain(answer.problem));
    });
    return () => {
      current = false;
    };
  }, [again]);
  const close = (): void => {
    setOpened(null);
    setAgain((count) => count + 1);
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
      <p class="muted">{all?.length === 0 ? w.empty : w.help}</p>
      {fault && <Fault>{fault}</Fault>}
      <ul class="export-list">
        {all?.map((one) => (
          <Target key={one.name} one={one} open={(what) => setOpened({ what, one })} />
        ))}
      </ul>
      {opened?.what === "put" && <PutDialog one={opened.one} close={close} />}
      {opened?.what === "remove" && <RemoveTarget name={opened.one.name} close={close} />}
    </section>
  );
}

function Target({ one, open }: { one: ExportTarget; open: (what: Opened["what"]) => void }) {
  const w = words.value.targets;
  const [found, setFound] = useState<ExportTargetTest | string | null>(null);
  const [busy, setBusy] = useState(false);
  const test = async (): Promise<void> => {
    setBusy(true);
    const answer = await testTarget(one.name);
    setBusy(false);
    setFound(answer.ok ? answer.data : explain(answer.problem));
  };
  return (
    <li class="export">
      <div class="export-head">
        <strong>{one.name}</strong>
        <span class="muted">{w.kind[one.kind] ?? one.kind}</span>
        <span class="push" />
        {store.mayConfigure.value && (
          <button type="button" disabled={busy} onClick={() => void test()}>
            {busy ? w.testing : w.test}
          </button>
        )}
        {store.mayConfigure.value && one.kind === "s3" && (
          <>
            <button type="button" class="quiet" onClick={() => open("put")}>
              {w.change}
            </button>
            <button type="button" class="quiet" onClick={() => open("remove")}>
              {w.remove}
            </button>
          </>
        )}
      </div>
      <span class="muted target-place">{one.path || `${one.endpoint}/${one.bucket}/${one.prefix}`}</span>
      <Outcome found={found} />
    </li>
  );
}

function Outcome({ found }: { found: ExportTargetTest | string | null }) {
  const w = words.value.targets;
  if (found === null) return null;
  if (typeof found === "string") return <Fault>{found}</Fault>;
  if (!found.ok) return <Fault>{`${words.value.exports.reason[found.reason] ?? found.reason}${found.detail ? ` (${found.detail})` : ""}`}</Fault>;
  return (
    <p class="healthy" role="status">
      <Icon name="check" size={16} /> {w.works(found.free_bytes === null ? "" : bytes(found.free_bytes))}
    </p>
  );
}

function PutDialog({ one, close }: { one: ExportTarget | null; close: () => void }) {
  const w = words.value.targets;
  const edit = useEdited<ExportTarget>(one, (target) => ({ [w.endpoint]: target.endpoint, [w.bucket]: target.bucket, [w.prefix]: target.prefix, [w.region]: target.region }));
  const submit = async (form: FormData): Promise<string | null> => {
    const name = one?.name ?? text(form, "name");
    const place = {
      endpoint: text(form, "endpoint"),
      bucket: text(form, "bucket"),
      prefix: text(form, "prefix"),
      region: text(form, "region"),
      access_key: text(form, "access_key") || null,
      secret_key: text(form, "secret_key") || null,
    };
    const answer = await putTarget(name, place, edit.headers());
    if (answer.ok || answer.problem.status !== TOO_LATE) return answer.ok ? null : explain(answer.problem);
    const now = await getTargets();
    return now.ok ? edit.conflict(now.data.find((target) => target.name === name) ?? null) : explain(now.problem);
  };
  const keyHelp = one ? w.keyKept : w.keyHelp;
  return (
    <Dialog title={one ? w.changeTitle(one.name) : w.addTitle} about={w.dialogHelp} deed={w.save} submit={submit} close={close}>
      {!one && <Field name="name" label={w.name} help={w.nameHelp} autofocus />}
      <Field name="endpoint" label={w.endpoint} value={one?.endpoint ?? ""} help={w.endpointHelp} autofocus={one !== null} />
      <Field name="bucket" label={w.bucket} value={one?.bucket ?? ""} />
      <Field name="prefix" label={w.prefix} value={one?.prefix ?? ""} help={w.prefixHelp} optional />
      <Field name="region" label={w.region} value={one?.region ?? "us-east-1"} />
      <Field name="access_key" label={w.accessKey} help={keyHelp} optional={one !== null} />
      <Field name="secret_key" label={w.secretKey} type="password" help={keyHelp} optional={one !== null} />
    </Dialog>
  );
}

function RemoveTarget({ name, close }: { name: string; close: () => void }) {
  const w = words.value.targets;
  const submit = async (): Promise<string | null> => {
    const answer = await removeTarget(name);
    return answer.ok || answer.problem.status === 404 ? null : explain(answer.problem);
  };
  return <Dialog title={w.removeTitle(name)} about={w.removeHelp} deed={w.remove} submit={submit} close={close} />;
}
