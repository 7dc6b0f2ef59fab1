/** Says that a camera is seen in blocks; lets who may see it clear for some minutes, with a reason, and counts them down. */
import { useEffect, useState } from "preact/hooks";
import { serverNow_ms } from "../api/client";
import { beginUnmask, endUnmask, isClearByRight, loadUnmasks, mayUnmask, unmaskOf } from "../api/unmasks";
import { words } from "../lib/preferences";
import { explain } from "./actions";
import { now_ms } from "./place";
import { Choices, Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { Icon } from "../ui/Icon";
import { Chip } from "../ui/parts";

const MINUTES = [1, 5, 15] as const;
const LEAST = 2;

export function Unmask({ camera, name, bare = false }: { camera: string; name: string; bare?: boolean }) {
  const w = words.value.unmask;
  const [asking, setAsking] = useState(false);
  useEffect(() => void loadUnmasks(), [camera]);
  if (isClearByRight(camera)) return null;
  const lasting = unmaskOf(camera);
  if (lasting) {
    void now_ms.value;
    const left_s = Math.max(0, Math.ceil((Date.parse(lasting.until_at) - serverNow_ms()) / 1000));
    const left = `${Math.floor(left_s / 60)}:${String(left_s % 60).padStart(2, "0")}`;
    return (
      <button type="button" class="quiet unmask-left" onClick={() => void endUnmask(lasting)} title={w.endHelp(lasting.reason)} aria-label={`${name}: ${w.left(left)}, ${w.end}`}>
        <Icon name="eye" size={16} />
        <span role="timer">{w.left(left)}</span> · {w.end}
      </button>
    );
  }
  return (
    <>
      {!bare && <Chip icon="eye">{w.derived}</Chip>}
      {mayUnmask(camera) && (
        <button type="button" class={bare ? "icon-button" : "quiet"} onClick={() => setAsking(true)} aria-label={`${name}: ${w.show}`} title={w.show}>
          <Icon name="eye" size={16} />
          {!bare && w.show}
        </button>
      )}
      {asking && <UnmaskDialog camera={camera} name={name} close={() => setAsking(false)} />}
    </>
  );
}

function UnmaskDialog({ camera, name, close }: { camera: string; name: string; close: () => void }) {
  const w = words.value.unmask;
  const [fault, setFault] = useState("");
  const submit = async (form: FormData): Promise<string | null> => {
    const reason = String(form.get("reason") ?? "").trim();
    setFault(reason.length < LEAST ? w.reasonNeeded : "");
    if (reason.length < LEAST) return "";
    const answer = await beginUnmask(camera, Number(form.get("minutes") ?? MINUTES[0]), reason);
    return answer.ok ? null : explain(answer.problem);
  };
  return (
    <Dialog title={w.title(name)} about={w.about} deed={w.show} submit={submit} close={close}>
      <Choices label={w.howLong} name="minutes" options={MINUTES.map((one) => [String(one), w.minutes(one)] as const)} chosen="5" />
      <Field name="reason" label={w.reason} help={w.reasonHelp} fault={fault} />
    </Dialog>
  );
}
