/** Saved layouts of the wall: one's own and the site's. */
import { signal } from "@preact/signals";
import { asTiles, type Arrangement } from "../lib/walls";
import { call, type Answer } from "./client";
import type { components } from "./schema";

export type Layout = components["schemas"]["LayoutOut"];

/** Null: not asked for yet. */
export const layouts = signal<Layout[] | null>(null);

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

export const putLayout = async (id: string, name: string, { tiles, cameras, turn_s }: Arrangement) =>
  learn(await call<Layout>("PUT", `/layouts/${encodeURIComponent(id)}`, { name, tiles, cameras, turn_s }));

export async function removeLayout(id: string): Promise<Answer<null>> {
  const answer = await call<null>("DELETE", `/layouts/${encodeURIComponent(id)}`);
  if (answer.ok) layouts.value = (layouts.value ?? []).filter((one) => one.id !== id);
  return answer;
}
