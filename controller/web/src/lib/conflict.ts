/** What somebody else changed while it was being edited here, field by field. */
export interface Difference {
  name: string;
  before: string;
  now: string;
}

type Shown = Readonly<Record<string, string>>;

/** Both as their fields are shown, by the fields' own names; what is not there any more, or was not there, is empty. */
export function differences(before: Shown, now: Shown): Difference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names.map((name) => ({ name, before: before[name] ?? "", now: now[name] ?? "" })).filter((one) => one.before !== one.now);
}

/** Says it: `theirs` is the sentence around the list, `none` stands where there is nothing. */
export const differencesText = (found: readonly Difference[], none: string, theirs: (list: string) => string): string =>
  theirs(found.map((one) => `${one.name}: ${one.before || none} → ${one.now || none}`).join(", "));
