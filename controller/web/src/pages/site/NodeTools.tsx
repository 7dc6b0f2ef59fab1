/** What an administrator does with a node from afar: its log, updates, starting it anew after a second question. */
import { useState } from "preact/hooks";
import { revokeNode } from "../../api/enrolCalls";
import { tellNode, type NodeDeed } from "../../api/fleetCalls";
import { words } from "../../lib/preferences";
import { answerOf } from "../../lib/nodeAnswer";
import { Dialog } from "../../ui/Dialog";
import { Fault } from "../../ui/parts";
import { explain } from "../actions";
import { NodeLog } from "./NodeLog";

export function NodeTools({ node, on }: { node: string; on: boolean }) {
  const w = words.value.fleet.tools;
  const enrol = words.value.enrol;
  const [open, setOpen] = useState(false);
  const [asking, setAsking] = useState<"restart-agent" | "reboot" | null>(null);
  const [revoking, setRevoking] = useState(false);
  const [said, setSaid] = useState<{ text: string; bad: boolean } | null>(null);
  const [busy, setBusy] = useState(false);
  const tell = async (kind: NodeDeed): Promise<string | null> => {
    setBusy(true);
    const found = answerOf(await tellNode(node, kind), w, explain);
    setBusy(false);
    if (found.bad && kind !== "update-check") return found.text;
    setSaid(found);
    return null;
  };
  const revoke = async (form: FormData): Promise<string | null> => {
    const answer = await revokeNode(node, String(form.get("why") ?? ""));
    if (!answer.ok) return explain(answer.problem);
    setSaid({ text: enrol.revoked, bad: false });
    return null;
  };
  return (
    <div class="node-tools">
      <div class="node-buttons">
        <button type="button" aria-pressed={open} disabled={!on && !open} onClick={() => setOpen(!open)}>
          {w.log}
        </button>
        <button type="button" disabled={!on || busy} onClick={() => void tell("update-check")}>
          {w.update}
        </button>
        <button type="button" disabled={!on || busy} onClick={() => setAsking("restart-agent")}>
          {w.restart}
        </button>
        <button type="button" disabled={!on || busy} onClick={() => setAsking("reboot")}>
          {w.reboot}
        </button>
        <button type="button" onClick={() => setRevoking(true)}>
          {enrol.revoke}
        </button>
      </div>
      {said && (said.bad ? <Fault>{said.text}</Fault> : <p role="status">{said.text}</p>)}
      {open && <NodeLog node={node} />}
      {asking && (
        <Dialog
          title={`${asking === "reboot" ? w.reboot : w.restart}: ${node}`}
          about={asking === "reboot" ? w.rebootAbout(node) : w.restartAbout(node)}
          deed={asking === "reboot" ? w.reboot : w.restart}
          submit={() => tell(asking)}
          close={() => setAsking(null)}
        />
      )}
      {revoking && (
        <Dialog title={enrol.revokeTitle(node)} about={enrol.revokeAbout} deed={enrol.revoke} submit={revoke} close={() => setRevoking(false)}>
          <label class="field">
            {enrol.why}
            <input type="text" name="why" maxLength={200} autocomplete="off" />
          </label>
        </Dialog>
      )}
    </div>
  );
}
