/** What a key asks of a clip. */

export type ClipDeed = "play" | { pictures: number };

const DEEDS: Readonly<Record<string, ClipDeed>> = {
  " ": "play",
  ",": { pictures: -1 },
  ".": { pictures: 1 },
  ArrowLeft: { pictures: -10 },
  ArrowRight: { pictures: 10 },
};

/** `pressable`: what has the focus is pressed by the space bar; `slides`: it is moved by the arrows. */
export function clipDeed(key: string, on: { pressable: boolean; slides: boolean }): ClipDeed | null {
  if ((key === " " && on.pressable) || (key.startsWith("Arrow") && on.slides)) return null;
  return DEEDS[key] ?? null;
}
