/** One export: what it shows, how far it is or why it waits, its files and what is missing of it. */
import { useEffect, useState } from "preact/hooks";
import { cancelExport, deleteExport, exportFileUrl, exportZipUrl, getExport } from "../../api/exportCalls";
import * as store from "../../api/store";
import type { Export, ExportDetail } from "../../api/types";
import { isClearByRight } from "../../api/unmasks";
import { isOpen, share } from "../../lib/exports";
import { bytes, clockTime, dateTime, percent } from "../../lib/format";
import { words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { Fault } from "../../ui/parts";
import { explain } from "../actions";

/** Begin and end, the day once. */
function spanText(start_ms: number, end_ms: number): string {
  const [from, to] = [dateTime(start_ms), dateTime(end_ms)];
  return from.slice(0, 10) === to.slice(0, 10) ? `${from} – ${clockTime(end_ms)}` : `${from} – ${to}`;
}

/** As many stand open; more are folded. */
const FEW_GAPS = 5;

const nameOf = (camera: string): string => store.cameraNames.value.get(camera) ?? camera;

export function ExportPanel({ one, changed }: { one: Export; changed: () => void }) {
  const w = words.value.exports;
  const [fault, setFault] = useState("");
  const [removing, setRemoving] = useState(false);
  const [lacking, setLacking] = useState(0);
  const state = store.session.value;
  const mine = state.kind === "in" && (state.session.role === "admin" || state.session.username === one.who);
  const cancel = async (): Promise<void> => {
    const answer = await cancelExport(one.id);
    setFault(answer.ok ? "" : explain(answer.problem));
    changed();
  };
  const remove = async (): Promise<string | null> => {
    const answer = await deleteExport(one.id);
    return answer.ok || answer.problem.status === 404 ? null : explain(answer.problem);
  };
  const done = share(one);
  return (
    <li class="export" data-state={one.state}>
      <div class="export-head">
        <strong class="export-state">
          <Icon name={one.state === "done" ? "check" : one.state === "failed" ? "high" : "clock"} size={16} />
          {w.state[one.state] ?? one.state}
          {(one.state === "running" || one.state === "sending") && done !== null && ` ${percent(done)}`}
        </strong>
        {lacking > 0 && (
          <span class="chip warn">
            <Icon name="medium" size={14} />
            {w.gaps}: {lacking}
          </span>
        )}
        <span class="push" />
        {mine && store.mayExport.value && isOpen(one) && (
          <button type="button" onClick={() => void cancel()}>
            {w.cancel}
          </button>
        )}
        {mine && store.mayExport.value && !isOpen(one) && (
          <button type="button" class="quiet" onClick={() => setRemoving(true)}>
            {w.remove}
          </button>
        )}
      </div>
      {isOpen(one) && done !== null && <progress aria-label={w.progress} value={done} max={1} />}
      {one.reason && <p class={one.state === "failed" ? "fault" : "muted"}>{w.reason[one.reason] ?? one.reason}</p>}
      <ul class="export-spans">
        {one.spans.map((span) => (
          <li key={`${span.camera} ${span.start_ms}`}>
            <Icon name="camera" size={14} /> {nameOf(span.camera)} <time>{spanText(span.start_ms, span.end_ms)}</time>
          </li>
        ))}
      </ul>
      <p class="muted">
        {one.form !== "films" && `${w.form[one.form]} · `}
        {w.by(one.who)}, {dateTime(Date.parse(one.created_at))}
        {one.why && ` · ${one.why}`}
      </p>
      {one.destination && <p class="muted">{one.sent_at ? w.sentTo(one.destination) : w.goesTo(one.destination)}</p>}
      {fault && <Fault>{fault}</Fault>}
      {one.state === "done" && <Contents id={one.id} here={!one.sent_at && mayHave(one)} lacks={setLacking} />}
      {removing && (
        <Dialog
          title={w.removeTitle}
          about={one.sent_at ? w.removeSent : w.removeHelp}
          deed={w.remove}
          submit={remove}
          close={() => {
            setRemoving(false);
            changed();
          }}
        />
      )}
    </li>
  );
}

/** Clear pictures are for who has the right to them. */
const mayHave = (one: Export): boolean => store.mayExport.value && (one.form === "derived" || one.spans.every((span) => isClearByRight(span.camera)));

/** The files of a finished export, and what it lacks. */
function Contents({ id, here, lacks }: { id: string; here: boolean; lacks: (gaps: number) => void }) {
  const w = words.value.exports;
  const [detail, setDetail] = useState<ExportDetail | null>(null);
  useEffect(() => {
    let current = true;
    void getExport(id).then((answer) => {
      if (!current || !answer.ok) return;
      setDetail(answer.data);
      lacks(answer.data.gaps.length);
    });
    return () => {
      current = false;
    };
  }, [id]);
  if (!detail) return null;
  const rows = [
    ...detail.files.map((file) => ({ name: file.name, text: file.name, size: bytes(file.bytes) })),
    ...detail.records.map((one) => ({ name: one.name, text: `${one.name} · ${w.record[one.kind]}`, size: bytes(one.bytes) })),
    ...detail.papers.map((one) => ({ name: one.name, text: `${one.name} · ${w.paper[one.kind]}`, size: bytes(one.bytes) })),
    { name: "manifest.json", text: w.manifest, size: "" },
    ...(detail.key ? [{ name: "manifest.sig", text: w.signature, size: "" }] : []),
    { name: "SHA256SUMS", text: w.sums, size: "" },
  ];
  const whole = [...detail.files, ...detail.records, ...detail.papers].reduce((sum, one) => sum + one.bytes, 0);
  return (
    <>
      <ul class="export-files" aria-label={w.files}>
        {rows.map((row) => (
          <li key={row.name}>
            {here ? (
              <a href={exportFileUrl(id, row.name)} download={row.name}>
                <Icon name="download" size={14} /> {row.text}
              </a>
            ) : (
              row.text
            )}{" "}
            <span class="muted">{row.size}</span>
          </li>
        ))}
      </ul>
      {here && (
        <>
          <p>
            <a class="button" href={exportZipUrl(id)} download={`export-${id}.zip`}>
              <Icon name="download" size={16} /> {w.all(bytes(whole))}
            </a>
          </p>
          <p class="muted">
            {w.check} <code>{detail.key ? `python3 verify.py . --key ${detail.key}` : "sha256sum -c SHA256SUMS"}</code>
          </p>
        </>
      )}
      {detail.key && (
        <p class="muted bundle-key">
          {w.key} <code>{detail.key}</code>
        </p>
      )}
      {detail.gaps.length === 0 ? (
        <p class="muted">{w.whole}</p>
      ) : (
        <details open={detail.gaps.length <= FEW_GAPS}>
          <summary>
            {w.gaps}: {detail.gaps.length}
          </summary>
          <ul class="export-spans">
            {detail.gaps.map((gap) => (
              <li key={`${gap.camera} ${gap.start_ms}`}>
                {nameOf(gap.camera)} <time>{spanText(gap.start_ms, gap.end_ms)}</time> <span class="muted">{w.cause[gap.cause] ?? gap.cause}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
