/** What the keys that work on every page ask for. */
import type { Route } from "./route";

export interface Pressed {
  key: string;
  /** The focus is on something that has an answer of its own. */
  onControl: boolean;
  /** Something is being drawn or was changed and not saved. */
  editing: boolean;
  mayAct: boolean;
}

/** Open or acknowledge the newest unacknowledged alarm; null: neither. Where an alarm was chosen, its page answers: the keys speak of one alarm. */
export function deedOf({ key, onControl, editing, mayAct }: Pressed, { page, query }: Pick<Route, "page" | "query">): "open" | "acknowledge" | null {
  const chosen = page === "alarms" && Boolean(query["id"]);
  if (key === "Enter" && !onControl && !editing && !chosen) return "open";
  return key.toLowerCase() === "a" && mayAct && page !== "alarms" ? "acknowledge" : null;
}
