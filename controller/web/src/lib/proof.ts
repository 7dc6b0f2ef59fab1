/** How a day of the recording proof is drawn and said: shares that are never rounded up, and bars that hide no loss. */
import type { ProofDay } from "../api/fleetCalls";

export type Standing = "none" | "whole" | "planned" | "untold" | "missing" | "poor";
/** From this share of what was due on, a loss is grave. */
const POOR = 0.05;
/** A loss of a minute must be seen too, of 1 for the whole bar. */
const LEAST = 0.1;

/** What stands out about a day; null: it was before the camera's first word. */
export function standing(day: ProofDay | null): Standing {
  if (!day) return "none";
  if (day.missing_ms > 0) return day.missing_ms > day.due_ms * POOR ? "poor" : "missing";
  if (day.untold_ms > 0) return "untold";
  return day.due_ms === 0 ? "planned" : "whole";
}

/** Per cent to a tenth, rounded down: what is not whole never reads 100. Nothing due: null. */
export function share(recorded_ms: number, due_ms: number): string | null {
  if (due_ms <= 0) return null;
  const tenths = Math.floor((recorded_ms * 1000) / due_ms);
  return tenths % 10 === 0 ? `${tenths / 10}%` : `${(tenths / 10).toFixed(1)}%`;
}

export interface Bar {
  recorded: number;
  planned: number;
  missing: number;
  untold: number;
}

/** The shares of a day's bar, 0..1; what is missing is never too thin to see. */
export function bar(day: ProofDay): Bar {
  const of = (ms: number): number => ms / Math.max(1, day.counted_ms);
  const seen = (ms: number): number => (ms > 0 ? Math.max(LEAST, of(ms)) : 0);
  const missing = seen(day.missing_ms);
  const left = 1 - missing;
  const rest = Math.max(1e-9, of(day.recorded_ms) + of(day.planned_ms) + of(day.untold_ms));
  const scaled = (ms: number): number => (of(ms) / rest) * (day.missing_ms === day.counted_ms ? 0 : left);
  return { recorded: scaled(day.recorded_ms), planned: scaled(day.planned_ms), missing, untold: scaled(day.untold_ms) };
}

/** A gap and a little around it, as the timeline's address has it. */
export function view(gap: { start_ms: number; end_ms: number }): { at: string; span: string } {
  const span_ms = Math.max(60_000, (gap.end_ms - gap.start_ms) * 2);
  return { at: String(Math.max(0, gap.start_ms - 5000)), span: String(span_ms) };
}
