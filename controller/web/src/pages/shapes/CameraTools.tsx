/** What an administrator does with a camera from afar: calls it otherwise, starts it anew after a second question. */
import { useState } from "preact/hooks";
import { nameCamera, tellNode } from "../../api/fleetCalls";
import type { Camera } from "../../api/types";
import { answerOf } from "../../lib/nodeAnswer";
import { words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { Fault } from "../../ui/parts";
import { explain } from "../actions";

export function CameraTools({ camera }: { camera: Camera }) {
  const w = words.value.cameraTools;
  const [asking, setAsking] = useState<"name" | "restart" | null>(null);
  const [said, setSaid] = useState<{ text: string; bad: boolean } | null>(null);
  const name = async (form: FormData): Promise<string | null> => {
    const wanted = form.get("name");
    const answer = await nameCamera(camera.id, typeof wanted === "string" ? wanted : "");
    return answer.ok ? null : explain(answer.problem);
  };
  const restart = async (): Promise<string | null> => {
    const found = answerOf(await tellNode(camera.node, "restart-camera", camera.id), words.value.fleet.tools, explain);
    if (found.bad) return found.text;
    setSaid({ text: w.restarted, bad: false });
    return null;
  };
  const away = camera.state === "away";
  return (
    <section class="camera-tools" aria-label={w.title}>
      <div class="node-buttons">
        <button type="button" onClick={() => setAsking("name")}>
          <Icon name="pencil" size={16} /> {w.name}
        </button>
        <button type="button" disabled={away} title={away ? w.away : undefined} onClick={() => setAsking("restart")}>
          <Icon name="redo" size={16} /> {w.restart}
        </button>
        <span class="muted">{camera.id}</span>
      </div>
      {said && (said.bad ? <Fault>{said.text}</Fault> : <p role="status">{said.text}</p>)}
      {asking === "name" && (
        <Dialog title={w.nameTitle} about={w.nameHelp(camera.id)} deed={w.save} submit={name} close={() => setAsking(null)}>
          <Field name="name" label={w.label} value={camera.name} help={w.labelHelp} autofocus />
        </Dialog>
      )}
      {asking === "restart" && <Dialog title={w.restartTitle(camera.name || camera.id)} about={w.restartHelp} deed={w.restart} submit={restart} close={() => setAsking(null)} />}
    </section>
  );
}
