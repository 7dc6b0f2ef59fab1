/** Puts the verdicts of one alarm together by the model that judged: what it saw from first to last, each thing once. */
import type { Verdict } from "../api/types";

type Track = Verdict["tracks"][number];
export interface Judged {
  model: string;
  sha256: string;
  provider: string;
  sampled: number;
  start_ms: number;
  end_ms: number;
  unreadable: readonly string[];
  /** The surest first. */
  tracks: readonly Track[];
}

/** A number that comes again later than this is another thing. */
const SAME_MS = 5000;

export function byModel(verdicts: readonly Verdict[]): Judged[] {
  const groups = new Map<string, Verdict[]>();
  for (const one of verdicts) groups.set(one.model_sha256, [...(groups.get(one.model_sha256) ?? []), one]);
  return [...groups.values()].map((all) => {
    const [first] = all;
    return {
      model: first?.model ?? "",
      sha256: first?.model_sha256 ?? "",
      provider: first?.provider ?? "",
      sampled: all.reduce((sum, one) => sum + one.sampled, 0),
      start_ms: Math.min(...all.map((one) => one.start_ms)),
      end_ms: Math.max(...all.map((one) => one.end_ms)),
      unreadable: [...new Set(all.map((one) => one.unreadable).filter(Boolean))],
      tracks: together(all.flatMap((one) => one.tracks)),
    };
  });
}

function together(tracks: readonly Track[]): Track[] {
  const known: Track[] = [];
  for (const track of [...tracks].sort((a, b) => a.first_ms - b.first_ms)) {
    const at = known.findIndex((one) => one.id === track.id && one.class_name === track.class_name && track.first_ms - one.last_ms <= SAME_MS);
    const before = known[at];
    if (before) known[at] = { ...before, ...track, first_ms: before.first_ms, last_ms: Math.max(before.last_ms, track.last_ms), confidence: Math.max(before.confidence, track.confidence) };
    else known.push(track);
  }
  return known.sort((a, b) => b.confidence - a.confidence);
}
