/** What a person does with an alarm, and how a refusal reads. */
import { act, logOut, type Deed } from "../api/calls";
import * as store from "../api/store";
import type { Problem } from "../api/types";
import { words } from "../lib/preferences";
import { sentence } from "../lib/said";

/** A problem in the user's language; the server's own English where it says more than these words know. */
export function explain(problem: Problem): string {
  const w = words.value.fault;
  if (problem.status === 0) return w.network;
  if (problem.status === 403) return w.forbidden;
  if (problem.status >= 500) return w.server;
  return sentence(problem.said, problem.detail || problem.title, words.value) || w.server;
}

/** Do it; the answer is null, or why it failed. Where somebody else was first, the alarm is shown as it is now. */
export async function perform(id: string, deed: Deed): Promise<string | null> {
  const answer = await act(id, store.alarms.value.get(id)?.rev ?? 0, deed);
  if (answer.ok) {
    store.apply({ id: 0, kind: "alarm", data: answer.data });
    return null;
  }
  if (answer.problem.alarm) store.apply({ id: 0, kind: "alarm", data: answer.problem.alarm });
  return explain(answer.problem);
}

/** Acknowledge; the answer is null, or why it failed. */
export const acknowledge = (id: string): Promise<string | null> => perform(id, { verb: "acknowledge", note: "" });

/** Log out here, and at the identity provider where one logged in there. */
export async function leaveSite(): Promise<void> {
  const answer = await logOut();
  store.signOut(false);
  if (answer.ok && answer.data?.url) location.assign(answer.data.url);
}
