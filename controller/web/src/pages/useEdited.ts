/** An edit that began with a known state: where somebody else was first, it says what they changed, and asks again. */
import { useRef } from "preact/hooks";
import { ifMatch } from "../api/client";
import { differences, differencesText } from "../lib/conflict";
import { words } from "../lib/preferences";

/** Refused with 412 where there is one already. */
const IS_NEW = { "If-None-Match": "*" } as const;
export const TOO_LATE = 412;

type Shown = Readonly<Record<string, string>>;

/** `one`: what is edited; none: it is added. `shown`: its fields by their names, as the form shows them. */
export function useEdited<T extends { tag?: string }>(one: T | null, shown: (one: T) => Shown) {
  const base = useRef(one);
  const begun = useRef(one !== null);
  return {
    /** What the request says of the state that it began with. */
    headers: (): Readonly<Record<string, string>> => (base.current ? ifMatch(base.current.tag) : begun.current ? {} : IS_NEW),
    /** It was refused, for it is `now` (none: gone). The next try begins with that; the answer says what differs. */
    conflict: (now: T | null): string => {
      const w = words.value.care;
      const text = differencesText(differences(base.current ? shown(base.current) : {}, now ? shown(now) : {}), "–", begun.current ? (now ? w.theirs : w.gone) : w.taken);
      [base.current, begun.current] = [now, true];
      return text;
    },
  };
}
