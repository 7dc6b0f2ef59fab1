import { describe, expect, it } from "vitest";
import { EXAMPLES, fromDocument, locate, toDocument } from "./ruleText";

const text = toDocument([EXAMPLES.yard, EXAMPLES.gate]);

describe("rule document", () => {
  it("comes back as it was written", () => {
    expect(fromDocument(text)).toEqual({ ok: true, rules: [EXAMPLES.yard, EXAMPLES.gate] });
  });
  it("keeps lists on one line", () => {
    expect(text).toContain('"required": ["helmet"]');
    expect(text).toContain("[0.1, 0.5]");
  });
  it("names the line of a syntax error", () => {
    const parsed = fromDocument('{\n "rules": [\n  { "name": }\n ]\n}');
    expect(parsed.ok).toBe(false);
    expect(!parsed.ok && parsed.line).toBe(3);
  });
  it("keeps what only some kinds have", () => {
    const line = { name: "line", kind: "line_crossing", line: [[0, 0.5], [1, 0.5]], direction: "both", shifts: ["night"], place: "gate" } as const;
    const near = { name: "near", kind: "proximity", others: ["truck"], distance_m: 3, on_holidays: "off" } as const;
    const rules = [line, near] as unknown as Parameters<typeof toDocument>[0];
    expect(fromDocument(toDocument(rules))).toEqual({ ok: true, rules });
  });
  it("wants a list", () => expect(fromDocument('{"rule": []}').ok).toBe(false));
});

describe("locate", () => {
  it("finds the key of the rule that a path names, and not its namesake in another", () => {
    const range = locate(text, "rules[1].kind");
    expect(range && text.slice(range.from, range.to)).toBe('"kind"');
    expect(range && text.slice(0, range.from).split('"kind"').length - 1).toBe(1);
  });
  it("falls back to the rule itself", () => {
    const range = locate(text, "rules[0].absent");
    expect(range && text.slice(range.from, range.to)).toBe("{");
  });
  it.each(["rules[9].kind", "version"])("does not find %s", (path) => expect(locate(text, path)).toBeNull());
});
