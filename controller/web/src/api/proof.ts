/** Dangerous acts: where the server wants to know again who one is, somebody is asked, and the act is done then. */
import { signal } from "@preact/signals";
import { call, type Answer } from "./client";
import type { Session } from "./types";

/** The channel on which a tab tells the others that somebody said again who they are. */
export const PROVEN = "cctv-proven";

/** Set while somebody is being asked; told whether they said who they are. */
export const asking = signal<((proven: boolean) => void) | null>(null);

export const prove = (password: string, code: string) => call<Session>("POST", "/session/proof", { password, code });

/** Where to say it again, for whom an identity provider logs in. */
export const proveElsewhere = () => call<{ url: string }>("POST", "/session/proof/provider");

/** Do it; where the server wants proof first, ask for it and do it again. */
export async function proven<T>(act: () => Promise<Answer<T>>): Promise<Answer<T>> {
  const answer = await act();
  if (answer.ok || answer.problem.said?.code !== "prove_again") return answer;
  const said = await new Promise<boolean>((resolve) => (asking.value = resolve));
  asking.value = null;
  return said ? act() : answer;
}
