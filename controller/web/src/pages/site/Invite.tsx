/** Makes a node's token, which is shown this once, with the command that uses it. */
import { useState } from "preact/hooks";
import { inviteNode, type Token } from "../../api/enrolCalls";
import type { WantedCamera } from "../../lib/enrol";
import { words } from "../../lib/preferences";
import { Icon } from "../../ui/Icon";
import { Command, Fault } from "../../ui/parts";
import { explain } from "../actions";

export function Invite({ node, cameras }: { node: string; cameras: readonly WantedCamera[] }) {
  const w = words.value.enrol;
  const [token, setToken] = useState<Token | null>(null);
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const invite = async (): Promise<void> => {
    setBusy(true);
    const answer = await inviteNode(node, cameras);
    setBusy(false);
    setFault(answer.ok ? "" : explain(answer.problem));
    setToken(answer.ok ? answer.data : null);
  };
  return (
    <>
      <button type="button" class={token ? "" : "primary"} disabled={busy} onClick={() => void invite()}>
        <Icon name="plus" size={16} /> {token ? w.inviteAgain : w.invite}
      </button>
      {fault && <Fault>{fault}</Fault>}
      {token && token.node === node && (
        <div role="status">
          <p>{w.there}</p>
          <Command text={token.command} />
          <p class="muted">{w.once}</p>
        </div>
      )}
    </>
  );
}
