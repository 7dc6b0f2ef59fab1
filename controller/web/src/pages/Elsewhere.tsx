/** Logging in by an identity provider: the way there, and what is told of the way back. */
import { useEffect, useState } from "preact/hooks";
import { beginElsewhere, getLoginWays } from "../api/calls";
import { PROVEN } from "../api/proof";
import { words } from "../lib/preferences";
import { sentence } from "../lib/said";
import { Fault } from "../ui/parts";
import { explain } from "./actions";
import { Frame } from "./Frame";
import { route } from "./place";

/** A button for the provider of this site, if it has one; what went wrong on the way back. */
export function Elsewhere() {
  const w = words.value.oidc;
  const came = route.value.query["fault"] ?? "";
  const [provider, setProvider] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  useEffect(() => void getLoginWays().then((answer) => answer.ok && setProvider(answer.data.provider)), []);
  if (!provider) return null;
  const go = async (): Promise<void> => {
    setBusy(true);
    const answer = await beginElsewhere();
    if (answer.ok) return location.assign(answer.data.url);
    setBusy(false);
    setFault(sentence(answer.problem.said, "", words.value) || explain(answer.problem));
  };
  const told = fault || (came && (Object.hasOwn(words.value.server, came) ? words.value.server[came as keyof typeof words.value.server] : words.value.fault.server));
  return (
    <div class="form elsewhere">
      {told && <Fault>{told}</Fault>}
      <button type="button" class="primary" disabled={busy} onClick={() => void go()}>
        {busy ? `${w.going}…` : w.logIn(provider)}
      </button>
      <p class="muted">{w.own}</p>
    </div>
  );
}

/** In the tab where somebody said again who they are: the one before goes on by itself. */
export function Proven() {
  const w = words.value.oidc;
  useEffect(() => {
    const channel = new BroadcastChannel(PROVEN);
    channel.postMessage(PROVEN);
    channel.close();
  }, []);
  return (
    <Frame title={w.provenTitle} help={w.proven}>
      <a href="#/wall">{w.toWall}</a>
    </Frame>
  );
}
