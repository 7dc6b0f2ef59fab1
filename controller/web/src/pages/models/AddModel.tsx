/** Puts a model in: the file goes up with its progress, is checked, and is refused at the field that does not fit. */
import { useEffect, useRef, useState } from "preact/hooks";
import { putModel, type Upload } from "../../api/modelCalls";
import type { Model, Problem } from "../../api/types";
import { bytes } from "../../lib/format";
import { words } from "../../lib/preferences";
import { Field, FieldNote } from "../../ui/Field";
import { explain } from "../actions";

const MOST_BYTES = 2 * 1024 ** 3;
const text = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
};
/** A file's name as a model may be called. */
const named = (file: string): string =>
  file
    .replace(/\.onnx$/i, "")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 64);

type Faults = Partial<Record<"file" | "name" | "licence", string>>;

export function AddModel({ taken, close }: { taken: readonly string[]; close: () => void }) {
  const w = words.value.models;
  const dialog = useRef<HTMLDialogElement>(null);
  const upload = useRef<Upload | null>(null);
  const [sent_bytes, setSent] = useState(0);
  const [file, setFile] = useState<File | null>(null);
  const [going, setGoing] = useState(false);
  const [faults, setFaults] = useState<Faults>({});
  const [binding, setBinding] = useState("");
  const [done, setDone] = useState<Model | null>(null);
  useEffect(() => {
    dialog.current?.showModal();
    return () => upload.current?.stop();
  }, []);

  const refuse = (problem: Problem): void => {
    const field = problem.field === "name" || problem.field === "licence" ? problem.field : "file";
    if (problem.said?.code === "model_licence_accept") setBinding(String(problem.said.params["licence"] ?? ""));
    setFaults({ [field]: explain(problem) });
  };
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const name = text(form, "name") || named(file?.name ?? "");
    if (!file) return setFaults({ file: w.noFile });
    if (!file.name.toLowerCase().endsWith(".onnx")) return setFaults({ file: w.notOnnx });
    if (file.size > MOST_BYTES) return setFaults({ file: w.tooLarge(bytes(MOST_BYTES)) });
    if (taken.includes(name)) return setFaults({ name: w.taken(name) });
    setFaults({});
    setSent(0);
    setGoing(true);
    const about = { licence: text(form, "licence"), accepted: form.get("accepted") ? binding : "", source: text(form, "source"), classes: text(form, "classes") };
    upload.current = putModel(name, file, about, setSent);
    const answer = await upload.current.done;
    upload.current = null;
    setGoing(false);
    if (answer === "stopped") setFaults({ file: w.stopped });
    else if (answer.ok) setDone(answer.data);
    else refuse(answer.problem);
  };
  return (
    <dialog ref={dialog} onClose={close} onCancel={(event) => going && event.preventDefault()} aria-labelledby="add-model-title">
      {done ? (
        <div class="form">
          <h2 id="add-model-title">{w.added(done.name)}</h2>
          <p>{w.addedHelp}</p>
          <p class="muted model-digest">SHA-256 {done.sha256}</p>
          <div class="form-actions">
            <button type="button" class="primary" onClick={close} autofocus>
              {w.close}
            </button>
          </div>
        </div>
      ) : (
        <form class="form" noValidate onSubmit={(event) => void send(event)}>
          <h2 id="add-model-title">{w.addTitle}</h2>
          <p class="muted">{w.addHelp}</p>
          <fieldset class="model-fields" disabled={going}>
            <div class="field">
              <label for="model-file">{w.file}</label>
              <input id="model-file" type="file" accept=".onnx" aria-invalid={faults.file ? true : undefined} onChange={({ currentTarget }) => setFile(currentTarget.files?.[0] ?? null)} />
              <FieldNote help={file ? bytes(file.size) : w.fileHelp(bytes(MOST_BYTES))} fault={faults.file} />
            </div>
            <Field key={file?.name ?? ""} name="name" label={w.name} value={named(file?.name ?? "")} help={w.nameHelp} fault={faults.name} />
            <Field name="licence" label={w.licence} help={w.licenceHelp} fault={faults.licence} optional />
            {binding && (
              <label class="card-line">
                <input type="checkbox" name="accepted" /> {w.accept(binding)}
              </label>
            )}
            <Field name="source" label={w.source} help={w.sourceHelp} optional />
            <Field name="classes" label={w.classes} help={w.classesHelp} optional />
          </fieldset>
          {going && <Going sent_bytes={sent_bytes} whole_bytes={file?.size ?? 0} />}
          <div class="form-actions">
            <button type="button" onClick={() => (going ? upload.current?.stop() : close())}>
              {going ? w.stop : words.value.alarms.cancel}
            </button>
            <button type="submit" class="primary" disabled={going}>
              {w.add}
            </button>
          </div>
        </form>
      )}
    </dialog>
  );
}

function Going({ sent_bytes, whole_bytes }: { sent_bytes: number; whole_bytes: number }) {
  const w = words.value.models;
  const all = sent_bytes >= whole_bytes && whole_bytes > 0;
  return (
    <div class="export-progress" role="status">
      <progress value={all ? undefined : sent_bytes} max={whole_bytes || 1} />
      <p class="muted">{all ? w.checking : w.sending(bytes(sent_bytes), bytes(whole_bytes))}</p>
    </div>
  );
}
