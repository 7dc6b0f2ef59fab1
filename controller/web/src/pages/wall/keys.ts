/** The keys of the wall. */
import { boxesWanted, figuresWanted, masksWanted, namesWanted, zonesWanted } from "../../lib/preferences";
import { typing, useKeyPress } from "../../ui/keyPress";
import { chooseNext, draft, setPage, type Plan } from "./plan";

const SWITCHES = { b: boxesWanted, n: namesWanted, z: zonesWanted, m: masksWanted, i: figuresWanted } as const;

export function useKeys(plan: Plan, cameras: readonly string[], select: (camera: string) => void): void {
  useKeyPress((event) => {
    if (typing(event)) return;
    const key = event.key.toLowerCase();
    const digit = Number(event.key);
    if (digit >= 1) {
      const single = plan.columns * plan.rows === 1;
      const camera = single && !plan.named ? cameras[digit - 1] : plan.places[digit - 1];
      if (single) setPage(digit - 1);
      if (camera) select(camera);
    } else if (key === "pagedown" || key === "pageup") {
      event.preventDefault();
      const to = plan.page + (key === "pagedown" ? 1 : -1);
      if (to >= 0 && to < plan.pages) setPage(to);
    } else if (key === "l" && !draft.value) chooseNext(event.shiftKey ? -1 : 1);
    else if (key in SWITCHES) {
      const wanted = SWITCHES[key as keyof typeof SWITCHES];
      wanted.value = !wanted.value;
    } else if (key === "f") dispatchEvent(new CustomEvent("wall-action", { detail: "full" }));
    else if (key === "u") dispatchEvent(new CustomEvent("wall-action", { detail: "sound" }));
    else if (key === "s") dispatchEvent(new CustomEvent("wall-action", { detail: "snapshot" }));
  });
}
