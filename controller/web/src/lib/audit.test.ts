import { describe, expect, it } from "vitest";
import { auditParams, detailLines as linesOf, GROUPS } from "./audit";
import { setZone } from "./zone";

describe("what of the audit is asked for", () => {
  it("takes the last day whole, by the site's clock", () => {
    setZone("Asia/Seoul");
    const asked = auditParams({ from: "2026-03-01", to: "2026-03-02", who: "kim", group: "people", page: "x" });
    expect(asked.toString()).toBe("who=kim&what=user.&from=2026-02-28T15%3A00%3A00.000Z&to=2026-03-02T15%3A00%3A00.000Z");
  });
  it("leaves out what nobody asked for, and what is none", () => {
    expect(auditParams({ from: "yesterday", group: "constructor", subject: "" }).toString()).toBe("");
  });
  it("asks for verbs that the server takes", () => {
    for (const verb of Object.values(GROUPS).flat()) expect(verb).toMatch(/^[a-z_]{1,40}\.?([a-z_-]{1,40})?$/);
  });
});

const detailLines = (detail: Parameters<typeof linesOf>[0]): string[] => linesOf(detail).map((line) => line.text);

describe("an entry's detail", () => {
  it("tells moments by the site's clock, exactly on a closer look, and sizes as people read them", () => {
    setZone("Asia/Seoul");
    expect(linesOf({ start_ms: 1_772_352_005_250, until_at: "2026-03-01T08:00:05Z", wait_ms: 500, length_bytes: 2_500_000 })).toEqual([
      { text: "start: 2026-03-01 17:00:05", exact: "2026-03-01T08:00:05.250Z" },
      { text: "until: 2026-03-01 17:00:05", exact: "2026-03-01T08:00:05.000Z" },
      { text: "wait_ms: 500", exact: "" },
      { text: "length_bytes: 2.4 MiB", exact: "2500000" },
    ]);
    expect(linesOf({ before: { end_ms: null }, after: { end_ms: 1_772_352_005_000 } })).toEqual([{ text: "end: – → 2026-03-01 17:00:05", exact: "2026-03-01T08:00:05.000Z" }]);
  });
  it("says what is there", () => {
    expect(detailLines({ role: "admin", none: null, empty: [], blank: "", n: 0 })).toEqual(["role: admin", "n: 0"]);
  });
  it("tells what was changed, from what to what", () => {
    expect(detailLines({ why: "x", before: { role: "viewer", given: null }, after: { role: "admin", given: null } })).toEqual(["why: x", "role: viewer → admin"]);
    expect(detailLines({ before: null, after: { name: "a", n: 0 } })).toEqual(["name: – → a", "n: – → 0"]);
    expect(detailLines({ days: 3, before: null, after: 3 })).toEqual(["days: 3", "– → 3"]);
    expect(detailLines({ before: null, after: null })).toEqual([]);
  });
});
