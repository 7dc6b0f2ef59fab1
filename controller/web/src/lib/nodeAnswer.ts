/** What a node answered to a command, in words. */
import type { Answer } from "../api/client";
import { preciseTime } from "./format";
import type { Words } from "./words/ko";

interface Told {
  ok: boolean;
  reason: string;
  result: Record<string, unknown> | null;
}

const LATE = 504;
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** The answer as a sentence; `fault`: how a refusal of the server itself reads. */
export function answerOf(answer: Answer<Told>, w: Words["fleet"]["tools"], fault: (problem: Extract<Answer<Told>, { ok: false }>["problem"]) => string): { text: string; bad: boolean } {
  if (!answer.ok) return { text: answer.problem.status === LATE ? w.silent : fault(answer.problem), bad: true };
  const { ok, reason, result } = answer.data;
  if (!ok) return { text: w.refused(reason), bad: true };
  const installed = text(result?.["installed"]);
  if (!installed) return { text: w.done, bad: false };
  if (!("offered" in (result ?? {}))) return { text: w.noIndex(installed), bad: false };
  return { text: result?.["newer"] === true ? w.newer(text(result["offered"]), installed) : w.upToDate(installed), bad: false };
}

/** The lines that are kept while somebody looks: the newest. */
export const kept = (lines: readonly string[], more: readonly string[], most = 500): string[] => [...lines, ...more].slice(-most);

const LEVEL = /"level": ?"(\w+)"|\[\s*(\w+)\s*\]/;

/** Whether a line tells of trouble: it stands out. */
export const isLoud = (line: string): boolean => /^(warning|error|critical)$/.test(LEVEL.exec(line)?.slice(1).find(Boolean) ?? "");

/** A line of JSON as people read it: time, what, the rest; any other line as it is. */
export function readable(line: string): string {
  try {
    const { timestamp, level, event, ...rest } = JSON.parse(line) as Record<string, unknown>;
    const more = Object.entries(rest).map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`);
    return [clockOf(text(timestamp)), text(level), text(event), ...more].filter(Boolean).join(" ");
  } catch {
    return line;
  }
}

/** The site's clock: it stands at the top of the page, and a log in another would be read by it. */
function clockOf(timestamp: string): string {
  const at_ms = Date.parse(timestamp);
  return Number.isFinite(at_ms) ? preciseTime(at_ms) : timestamp;
}
