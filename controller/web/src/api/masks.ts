/** Which parts of each camera's picture are masked. */
import { signal } from "@preact/signals";
import { call } from "./client";
import type { components } from "./schema";

export type Masks = components["schemas"]["MasksOut"];

export const masks = signal<ReadonlyMap<string, Masks>>(new Map());

/** Ask for them; an answer that does not come changes nothing. */
export async function loadMasks(): Promise<void> {
  const answer = await call<Masks[]>("GET", "/cameras/masks");
  if (answer.ok) masks.value = new Map(answer.data.map((one) => [one.camera, one]));
}
