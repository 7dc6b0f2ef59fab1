/** Words about what language models add to alarms. */
import type { koEnrich } from "./ko.enrich";

export const enEnrich: typeof koEnrich = {
  title: "AI notes",
  note: "Written by a language model. Not a verdict, and it may be wrong.",
  kind: { describe: "What the pictures show", draft: "Draft of the next steps" },
  waiting: "Being written",
  failed: "Could not be written",
  accept: "Accept",
  dismiss: "Dismiss",
  decided: { accepted: (who) => `Accepted by ${who}`, dismissed: (who) => `Dismissed by ${who}` },
  by: (model) => `Model ${model}`,
};
