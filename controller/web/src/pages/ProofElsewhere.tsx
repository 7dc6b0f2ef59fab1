/** Asks again who one is, of whom an identity provider logs in: in a new tab, so that nothing typed here is lost. */
import { useEffect, useState } from "preact/hooks";
import { getSession } from "../api/calls";
import { PROVEN, proveElsewhere } from "../api/proof";
import { signIn } from "../api/store";
import { words } from "../lib/preferences";
import { sentence } from "../lib/said";
import { Dialog } from "../ui/Dialog";
import { Fault, Loading } from "../ui/parts";
import { explain } from "./actions";

export function ProofElsewhere({ provider, csrf, settle }: { provider: string; csrf: string; settle: (proven: boolean) => void }) {
  const w = words.value.oidc;
  const [url, setUrl] = useState("");
  const [fault, setFault] = useState("");
  /** Whoever said who they are has another session, and with it another token. */
  const look = async (): Promise<string | null> => {
    const answer = await getSession();
    if (!answer.ok) return explain(answer.problem);
    if (answer.data.csrf === csrf) return w.notProven;
    signIn(answer.data);
    settle(true);
    return null;
  };
  useEffect(() => {
    const channel = new BroadcastChannel(PROVEN);
    channel.onmessage = () => void look();
    void proveElsewhere().then((answer) => {
      if (answer.ok) setUrl(answer.data.url);
      else setFault(sentence(answer.problem.said, "", words.value) || explain(answer.problem));
    });
    return () => channel.close();
  }, []);
  return (
    <Dialog title={words.value.account.prove} about={w.proveHelp(provider)} deed={words.value.account.go} submit={look} close={() => settle(false)}>
      {fault ? (
        <Fault>{fault}</Fault>
      ) : url ? (
        <a href={url} target="_blank" rel="noopener noreferrer">
          {w.prove(provider)}
        </a>
      ) : (
        <Loading />
      )}
    </Dialog>
  );
}
