/** Saved layouts of the wall: one's own and the site's. */
import { signal } from "@preact/signals";
import { asTiles, type Arrangement } from "../lib/walls";
import { call, ifMatch, type Answer } from "./client";
import type { components } from "./schema";

export type Layout = components["schemas"]["LayoutOut"];

/** Null: not asked for yet. */
export const layouts = signal<Layout[] | null>(null);

/** Layouts of which it was said that somebody else changed them: who saves again means it. */
const seen = new Map<string, string>();

export const arrangementOf = ({ tiles, cameras, turn_s }: Layout): Arrangement => ({ tiles: asTiles(tiles), cameras, turn_s });

/** Ask for them; an answer that does not come changes nothing. */
export async function loadLayouts(): Promise<void> {
  const answer = await call<Layout[]>("GET", "/layouts");
  if (answer.ok) layouts.value = answer.data;
}

function learn(answer: Answer<Layout>): Answer<Layout> {
  if (answer.ok) {
    const others = (layouts.value ?? []).filter((one) => one.id !== answer.data.id);
    layouts.value = [...others, answer.data].sort((a, b) => a.name.localeCompare(b.name));
  }
  return answer;
}

export const addLayout = async (name: string, { tiles, cameras, turn_s }: Arrangement, shared: boolean) =>
  learn(await call<Layout>("POST", "/layouts", { name, tiles, cameras, turn_s, shared }));

/** A layout that somebody else has changed meanwhile is refused, and is read again: what is being arranged stays. */
export async function putLayout(of: Layout, { tiles, cameras, turn_s }: Arrangement): Promise<Answer<Layout>> {
  const answer = await call<Layout>("PUT", `/layouts/${encodeURIComponent(of.id)}`, { name: of.name, tiles, cameras, turn_s }, ifMatch(seen.get(of.id) ?? of.tag));
  seen.delete(of.id);
  if (!answer.ok && answer.problem.status === 412) {
    await loadLayouts();
    const now = (layouts.value ?? []).find((one) => one.id === of.id);
    if (now) seen.set(of.id, now.tag);
  }
  return learn(answer);
}

export async function removeLayout(id: string): Promise<Answer<null>> {
  const answer = await call<null>("DELETE", `/layouts/${encodeURIComponent(id)}`);
  if (answer.ok) layouts.value = (layouts.value ?? []).filter((one) => one.id !== id);
  return answer;
}
