/** Saves what is drawn of one camera: its ground and place with the rules, its masks with its node's settings; over the newest, never over others. */
import { getRules } from "../../api/calls";
import { getNodeConfig, putBook, putNodeConfig } from "../../api/editCalls";
import * as store from "../../api/store";
import type { NodeConfig } from "../../api/types";
import { areasOf, areSame, withAreas, type AreaKind } from "../../lib/areas";
import { words } from "../../lib/preferences";
import { table } from "../../lib/rules/book";
import { plainRule } from "../../lib/ruleText";
import type { Path } from "../../lib/shapes/geometry";
import type { Spot } from "../../lib/shapes/ground";
import { explain } from "../actions";

const CONFLICT = 409;
const TRIES = 4;

export interface View {
  ground?: readonly Spot[];
  place?: string;
}
export const viewOf = (camera: string): View => (store.rules.value?.cameras?.[camera] ?? {}) as View;
/** Whether the same is drawn and said in both. */
export const isSame = (a: View, b: View): boolean => JSON.stringify([a.ground ?? [], a.place ?? ""]) === JSON.stringify([b.ground ?? [], b.place ?? ""]);

/** Null when it is saved, or why not. */
export async function saveView(camera: string, base: View, mine: View): Promise<string | null> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const book = store.rules.value;
    if (!book) break;
    if (!isSame(viewOf(camera), base)) return words.value.views.changed;
    const empty = !mine.place && (mine.ground ?? []).length === 0;
    const cameras = table<unknown>(book.cameras ?? {}, empty ? {} : { [camera]: mine }, empty ? [camera] : []);
    const answer = await putBook(book.version, { rules: book.rules.map(plainRule), cameras });
    if (answer.ok) {
      store.rules.value = answer.data;
      return null;
    }
    if (answer.problem.status !== CONFLICT) return explain(answer.problem);
    const newest = await getRules();
    if (newest.ok) store.rules.value = newest.data;
  }
  return words.value.rules.conflict;
}

/** The settings as they are wanted now, or why they are not. */
export async function saveAreas(node: string, camera: string, kind: AreaKind, base: readonly Path[], mine: readonly Path[]): Promise<NodeConfig | string> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const newest = await getNodeConfig(node);
    if (!newest.ok) return explain(newest.problem);
    if (!areSame(areasOf(newest.data.settings, camera, kind), base)) return words.value.views.changed;
    const answer = await putNodeConfig(node, newest.data.version, withAreas(newest.data.settings, camera, kind, mine) as NodeConfig["settings"]);
    if (answer.ok) return answer.data;
    if (answer.problem.status !== CONFLICT) return explain(answer.problem);
  }
  return words.value.views.changed;
}
