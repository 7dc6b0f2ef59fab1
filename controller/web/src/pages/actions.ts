/** What a person does with an alarm, and how a refusal reads. */
import { acknowledge as sendAcknowledge, resolve as sendResolve } from "../api/calls";
import * as store from "../api/store";
import type { Assessment, Problem } from "../api/types";
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

/** Acknowledge; the answer is null, or why it failed. */
export async function acknowledge(id: string): Promise<string | null> {
  const answer = await sendAcknowledge(id, "");
  if (!answer.ok) return explain(answer.problem);
  store.apply({ id: 0, kind: "alarm", data: answer.data });
  return null;
}

/** Resolve with what the person found it to be; the answer is null, or why it failed. */
export async function resolve(id: string, assessment: Assessment, note: string): Promise<string | null> {
  const answer = await sendResolve(id, assessment, note);
  if (!answer.ok) return explain(answer.problem);
  store.apply({ id: 0, kind: "alarm", data: answer.data });
  return null;
}
