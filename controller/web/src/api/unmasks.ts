/** Clear pictures for some minutes: what lasts for this session, asked for and ended. */
import { computed, signal } from "@preact/signals";
import { may } from "../lib/grants";
import { call, serverNow_ms, type Answer } from "./client";
import { proven } from "./proof";
import { session } from "./store";
import type { Unmask } from "./types";

const unmasks = signal<readonly Unmask[]>([]);
const rights = computed(() => (session.value.kind === "in" ? session.value.session : null));
let timer = 0;

const until_ms = (one: Unmask): number => Date.parse(one.until_at);

/** What lasts of a camera's clear pictures, or nothing. */
export const unmaskOf = (camera: string): Unmask | undefined => unmasks.value.find((one) => one.camera === camera && until_ms(one) > serverNow_ms());
export const mayUnmask = (camera: string): boolean => rights.value !== null && may(rights.value, "unmask", camera);
export const isClearByRight = (camera: string): boolean => rights.value !== null && may(rights.value, "clear", camera);
/** Whether pictures of a camera are shown clear now. */
export const mayClear = (camera: string): boolean => isClearByRight(camera) || unmaskOf(camera) !== undefined;

/** As what somebody exports who did not choose: as it is where they may have that of every camera. */
export const exportedAs = (cameras: readonly string[]): "films" | "derived" => (cameras.every(isClearByRight) ? "films" : "derived");

function keep(next: readonly Unmask[]): void {
  clearTimeout(timer);
  unmasks.value = next;
  const first_ms = Math.min(...next.map(until_ms));
  // The server ends it to the second; the page follows, and shows nothing clear meanwhile.
  if (next.length > 0) timer = window.setTimeout(() => keep(next.filter((one) => until_ms(one) > serverNow_ms())), Math.max(0, first_ms - serverNow_ms()));
}

/** Ask what lasts: after a reload of the page it still counts. */
export async function loadUnmasks(): Promise<void> {
  if (!rights.value || !may(rights.value, "unmask")) return keep([]);
  const answer = await call<Unmask[]>("GET", "/unmasks");
  if (answer.ok) keep(answer.data);
}

export async function beginUnmask(camera: string, minutes: number, reason: string): Promise<Answer<Unmask>> {
  const answer = await proven(() => call<Unmask>("POST", "/unmasks", { camera, minutes, reason }));
  if (answer.ok) keep([...unmasks.value, answer.data]);
  return answer;
}

export async function endUnmask(one: Unmask): Promise<void> {
  keep(unmasks.value.filter((known) => known.id !== one.id));
  await call("DELETE", `/unmasks/${encodeURIComponent(one.id)}`);
}
