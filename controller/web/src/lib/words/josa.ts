/** Chooses the Korean particle that fits a word's last sound. */

const FIRST_SYLLABLE = 0xac00;
const LAST_SYLLABLE = 0xd7a3;
const FINALS = 28;

/** `word` with the particle for a closed last syllable or the one for an open one; unsure words show both. */
export function josa(word: string, closed: string, open: string): string {
  const code = word.codePointAt(word.length - 1) ?? 0;
  if (code < FIRST_SYLLABLE || code > LAST_SYLLABLE) return `${word}${closed}(${open})`;
  return (code - FIRST_SYLLABLE) % FINALS === 0 ? `${word}${open}` : `${word}${closed}`;
}
