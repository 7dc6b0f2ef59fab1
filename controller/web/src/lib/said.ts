/** Says what the server said by code in the user's language. */
import type { Said } from "../api/types";
import { spell } from "./format";
import { en } from "./words/en";
import type { Words } from "./words/ko";

/** The sentence in the words given; the server's English for a code that these words do not know (a newer server). */
export function sentence(said: Said | null | undefined, english: string, words: Words): string {
  if (!said) return english;
  const text = Object.hasOwn(words.server, said.code) ? words.server[said.code] : "";
  return text ? fill(text, said.params, words) : english;
}

function fill(text: string, params: Said["params"], words: Words): string {
  const long = (): string => spell(Number(params["oldest_s"]) * 1000, words === en ? "en" : "ko");
  return text.replace(/{oldest_s}(?:초| s)/g, long).replace(/{(\w+)}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    const why = name === "why" ? reason(params, words) : "";
    if (why) return why;
    return name === "role" && Object.hasOwn(words.role, value) ? words.role[value as keyof Words["role"]] : String(value);
  });
}

/** The sentence of a code that a parameter names, to stand within another; empty for one that is not known. */
function reason(params: Said["params"], words: Words): string {
  const { why_code: code, ...own } = params;
  if (typeof code !== "string" || !Object.hasOwn(words.server, code)) return "";
  return fill(words.server[code as Said["code"]], own, words).replace(/\.$/, "");
}
