/** Finds the first fault of a JSON text; browsers do not all say where it is. */

const SPACE = /[ \t\r\n]*/y;
const SCALAR = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/** The offset of the first character that does not fit; null for valid JSON. */
export function faultOffset(text: string): number | null {
  let at = 0;
  const match = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at += found[0].length;
    return found !== null;
  };
  const mark = (letter: string): boolean => {
    match(SPACE);
    if (text[at] !== letter) return false;
    at++;
    match(SPACE);
    return true;
  };
  const members = (close: string, member: () => boolean): boolean => {
    if (mark(close)) return true;
    do if (!member()) return false;
    while (mark(","));
    return mark(close);
  };
  const value = (): boolean => {
    match(SPACE);
    if (mark("{")) return members("}", () => match(STRING) && mark(":") && value());
    if (mark("[")) return members("]", value);
    return match(SCALAR);
  };
  const whole = value();
  match(SPACE);
  return whole && at === text.length ? null : at;
}
