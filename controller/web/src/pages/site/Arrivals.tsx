/** Nodes on their way in: who waits, by which fingerprint, and what somebody who compared it decides. */
import { useEffect, useState } from "preact/hooks";
import { approveNode, getArrivals, rejectNode, type Arrival } from "../../api/enrolCalls";
import { age } from "../../lib/format";
import { language, words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { Fault } from "../../ui/parts";
import { explain } from "../actions";
import { now_ms } from "../place";

const PAUSE_MS = 3000;

/** What the server says of them every few seconds while the page is looked at. */
function useArrivals() {
  const [arrivals, setArrivals] = useState<readonly Arrival[]>([]);
  const [fault, setFault] = useState("");
  const [asked, ask] = useState(0);
  useEffect(() => {
    let current = true;
    let timer = 0;
    const look = async (): Promise<void> => {
      if (!document.hidden) {
        const answer = await getArrivals();
        if (!current) return;
        setFault(answer.ok ? "" : explain(answer.problem));
        if (answer.ok) setArrivals(answer.data.invitations);
      }
      timer = window.setTimeout(() => void look(), PAUSE_MS);
    };
    void look();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [asked]);
  return { arrivals, fault, again: () => ask((count) => count + 1) };
}

type Deed = "approve" | "reject" | "withdraw";

/** `only`: one node's; nothing is shown where nobody is on the way. */
export function Arrivals({ only }: { only?: string }) {
  const w = words.value.enrol;
  const { arrivals, fault, again } = useArrivals();
  const [deciding, setDeciding] = useState<{ one: Arrival; deed: Deed } | null>(null);
  const shown = arrivals.filter((one) => only === undefined || one.node === only);
  const submit = async (): Promise<string | null> => {
    if (!deciding) return null;
    const { one, deed } = deciding;
    const answer = await (deed === "approve" ? approveNode(one.node, one.fingerprint ?? "") : rejectNode(one.node));
    again();
    return answer.ok ? null : explain(answer.problem);
  };
  if (shown.length === 0) return fault ? <Fault>{fault}</Fault> : null;
  return (
    <section aria-label={w.title}>
      {only === undefined && <h2>{w.title}</h2>}
      <ul class="arrivals">
        {shown.map((one) => (
          <li class="panel" key={one.node} data-waits={one.state === "waiting" || undefined}>
            <div class="card-line">
              <Icon name="node" />
              <strong>{one.node}</strong>
              <span class="push" />
              <span class={one.state === "waiting" ? "warn-text" : "muted"}>{w.state[one.state]}</span>
            </div>
            <p class="muted" role="status">
              {said(one)}
            </p>
            {one.fingerprint && <Mark text={one.fingerprint} />}
            {one.state === "waiting" && (
              <div class="node-buttons">
                <button type="button" class="primary" onClick={() => setDeciding({ one, deed: "approve" })}>
                  {w.approve}
                </button>
                <button type="button" onClick={() => setDeciding({ one, deed: "reject" })}>
                  {w.reject}
                </button>
              </div>
            )}
            {one.state === "invited" && (
              <button type="button" class="quiet" onClick={() => setDeciding({ one, deed: "withdraw" })}>
                {w.withdraw}
              </button>
            )}
          </li>
        ))}
      </ul>
      {fault && <Fault>{fault}</Fault>}
      {deciding && (
        <Dialog
          title={w.titleOf[deciding.deed](deciding.one.node)}
          about={w.aboutOf[deciding.deed]}
          deed={w.deedOf[deciding.deed]}
          submit={submit}
          close={() => setDeciding(null)}
        >
          {deciding.one.fingerprint && <Mark text={deciding.one.fingerprint} />}
        </Dialog>
      )}
    </section>
  );
}

function said(one: Arrival): string {
  const w = words.value.enrol;
  const since = (at: string): string => age(now_ms.value - Date.parse(at), language.value);
  if (one.state === "waiting" && one.asked_at) return w.asked(since(one.asked_at), one.address);
  if (one.state === "approved") return w.fetches;
  return w.invited(one.invited_by, since(one.invited_at));
}

/** A fingerprint in lines of four groups, however narrow the card: eyes compare it with the node's. */
function Mark({ text }: { text: string }) {
  const groups = text.split(" ");
  return (
    <code class="fingerprint">
      <span>{groups.slice(0, 4).join(" ")}</span> <span>{groups.slice(4).join(" ")}</span>
    </code>
  );
}
