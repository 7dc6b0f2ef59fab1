/** Tries a model on one picture, a camera's of now or a file: the picture with what it finds drawn over it. */
import { useEffect, useRef, useState } from "preact/hooks";
import { lookWith, pictureOf } from "../../api/modelCalls";
import * as store from "../../api/store";
import type { ModelLook } from "../../api/types";
import { words } from "../../lib/preferences";
import { Fault } from "../../ui/parts";
import { explain } from "../actions";

interface Seen {
  url: string;
  look: ModelLook;
}

export function LookModel({ name, close }: { name: string; close: () => void }) {
  const w = words.value.models;
  const dialog = useRef<HTMLDialogElement>(null);
  const [camera, setCamera] = useState([...store.cameraNames.value.keys()][0] ?? "");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const [seen, setSeen] = useState<Seen | null>(null);
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => () => void (seen && URL.revokeObjectURL(seen.url)), [seen]);
  const look = async (picture: Blob | null): Promise<void> => {
    if (!picture) {
      setFault(w.noPicture);
      return;
    }
    const answer = await lookWith(name, picture);
    setFault(answer.ok ? "" : explain(answer.problem));
    setSeen(answer.ok ? { url: URL.createObjectURL(picture), look: answer.data } : null);
  };
  const run = async (get: () => Promise<Blob | null>): Promise<void> => {
    setBusy(true);
    setFault("");
    await look(await get());
    setBusy(false);
  };
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="look-title" data-wide>
      <div class="form">
        <h2 id="look-title">{w.lookTitle(name)}</h2>
        <p class="muted">{w.lookHelp}</p>
        <div class="model-sources">
          {camera && (
            <>
              <label>
                {w.camera}
                <select value={camera} onChange={({ currentTarget }) => setCamera(currentTarget.value)}>
                  {[...store.cameraNames.value].map(([id, shown]) => (
                    <option key={id} value={id}>
                      {shown}
                    </option>
                  ))}
                </select>
              </label>
              <button type="button" class="primary" disabled={busy} onClick={() => void run(() => pictureOf(camera))}>
                {w.lookNow}
              </button>
            </>
          )}
          <label>
            {w.picture}
            <input type="file" accept="image/jpeg,image/png" disabled={busy} onChange={({ currentTarget }) => currentTarget.files?.[0] && void run(() => Promise.resolve(currentTarget.files?.[0] ?? null))} />
          </label>
        </div>
        {busy && (
          <p class="muted" role="status">
            {w.looking}
          </p>
        )}
        {fault && <Fault>{fault}</Fault>}
        {seen && <Picture seen={seen} />}
        <div class="form-actions">
          <button type="button" onClick={close}>
            {w.close}
          </button>
        </div>
      </div>
    </dialog>
  );
}

function Picture({ seen: { url, look } }: { seen: Seen }) {
  const w = words.value.models;
  const size = look.width_px / 60;
  return (
    <figure class="model-seen">
      <img src={url} alt="" />
      <svg viewBox={`0 0 ${look.width_px} ${look.height_px}`} aria-hidden="true">
        {look.boxes.map((box, index) => (
          <g key={index}>
            <rect x={box.x1 * look.width_px} y={box.y1 * look.height_px} width={(box.x2 - box.x1) * look.width_px} height={(box.y2 - box.y1) * look.height_px} />
            <text x={box.x1 * look.width_px} y={Math.max(size, box.y1 * look.height_px - size / 4)} font-size={size}>
              {`${words.value.className(box.class_name)} ${Math.round(box.confidence * 100)} %`}
            </text>
          </g>
        ))}
      </svg>
      <figcaption>
        {look.boxes.length === 0 ? w.seesNothing : w.sees(count(look))} <span class="muted">{w.took(Math.round(look.took_ms))}</span>
      </figcaption>
    </figure>
  );
}

function count(look: ModelLook): string {
  const by = new Map<string, number>();
  for (const box of look.boxes) by.set(box.class_name, (by.get(box.class_name) ?? 0) + 1);
  return [...by].map(([name, many]) => `${words.value.className(name)} ${many}`).join(", ");
}
