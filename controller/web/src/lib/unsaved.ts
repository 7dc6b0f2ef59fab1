/** What a person has typed or drawn and not saved yet; whoever leaves asks here first. */

export interface Unsaved {
  /** Whether anything of it would be lost now. */
  check: () => boolean;
  /** Throw it away, where it would outlive the page. */
  discard?: (() => void) | undefined;
}

const known = new Set<Unsaved>();

/** Ask this one too, until the answer is called. */
export function watchOver(one: Unsaved): () => void {
  known.add(one);
  return () => void known.delete(one);
}

export const isUnsaved = (): boolean => [...known].some((one) => one.check());

/** Throw away all that is not saved. */
export function discardAll(): void {
  for (const one of [...known]) {
    if (!one.check()) continue;
    known.delete(one);
    one.discard?.();
  }
}
