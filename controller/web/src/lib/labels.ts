/** What stands at the boxes of a picture, and where: one label for a person with the equipment on it, none over another. Pure. */
import type { LiveTrack, TrackState } from "./framing";
import type { Rect } from "./zones";

export interface Label {
  /** The track whose box it stands at. */
  track: LiveTrack;
  /** Names of classes, the person's first. */
  names: readonly string[];
  state: TrackState;
}

/** What somebody wears: its box lies in a person's and needs no label of its own. */
const WORN: readonly string[] = ["helmet", "hardhat", "vest", "mask", "harness", "head"];
/** Labels of normal objects would only cover the picture when there are many. */
const MOST_LABELS = 4;
const GAP_PX = 1;

const wears = (person: LiveTrack, item: LiveTrack): boolean => {
  const [x, y] = [(item.x1 + item.x2) / 2, (item.y1 + item.y2) / 2];
  return person.x1 <= x && x <= person.x2 && person.y1 <= y && y <= person.y2;
};
const GRAVE: readonly TrackState[] = ["violation", "unknown", "normal"];
const graver = (a: TrackState, b: TrackState): TrackState => (GRAVE.indexOf(a) <= GRAVE.indexOf(b) ? a : b);
const area = (one: LiveTrack): number => (one.x2 - one.x1) * (one.y2 - one.y1);

/** The labels of one judged picture, the gravest first; of a crowd only those that are in violation. */
export function labelsOf(tracks: readonly LiveTrack[]): Label[] {
  const people = tracks.filter((one) => one.class === "person");
  const worn = new Map<LiveTrack, LiveTrack[]>();
  const alone: LiveTrack[] = [];
  for (const one of tracks) {
    if (one.class === "person") continue;
    // Of several who stand in one place it is the nearest to its size: the one in front wears it.
    const [wearer] = WORN.includes(one.class) ? people.filter((person) => wears(person, one)).sort((a, b) => area(a) - area(b)) : [];
    if (wearer) worn.set(wearer, [...(worn.get(wearer) ?? []), one]);
    else alone.push(one);
  }
  const labels = [...people, ...alone].map((track): Label => {
    const items = worn.get(track) ?? [];
    return {
      track,
      names: [...new Set([track.class, ...items.map((item) => item.class)])],
      state: items.reduce((state, item) => graver(state, item.state), track.state),
    };
  });
  const many = labels.length > MOST_LABELS;
  return labels.filter((one) => one.state === "violation" || !many).sort((a, b) => GRAVE.indexOf(a.state) - GRAVE.indexOf(b.state));
}

const overlap = (a: Rect, b: Rect): boolean => a.x < b.x + b.width + GAP_PX && b.x < a.x + a.width + GAP_PX && a.y < b.y + b.height + GAP_PX && b.y < a.y + a.height + GAP_PX;

/** Where a label of that size stands at a box without covering another: over it, under it, in it, or a step beside; null where there is no room. */
export function placed(box: Rect, size: { width: number; height: number }, within: Rect, taken: readonly Rect[]): Rect | null {
  const over = box.y - size.height - GAP_PX;
  const under = box.y + box.height + GAP_PX;
  const step = size.height + GAP_PX;
  const heights = [over, box.y + GAP_PX, under, over - step, under + step, box.y + GAP_PX + step];
  for (const x of [box.x, box.x + box.width - size.width])
    for (const y of heights) {
      const left = Math.max(within.x, Math.min(x, within.x + within.width - size.width));
      const rect = { x: left, y, width: size.width, height: size.height };
      if (y < within.y || y + size.height > within.y + within.height || taken.some((one) => overlap(one, rect))) continue;
      return rect;
    }
  return null;
}
