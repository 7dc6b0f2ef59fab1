import { describe, expect, it } from "vitest";
import { formatRoute, parseRoute } from "./route";

describe("route", () => {
  it("comes back as it was written", () => {
    const query = { camera: "node1.cam1", state: "all", id: "a b&c=d" };
    expect(parseRoute(formatRoute("alarms", query))).toEqual({ page: "alarms", query });
  });
  it("leaves out what is not set", () => {
    expect(formatRoute("wall", { camera: undefined, state: "" })).toBe("#/wall");
  });
  it.each(["", "#", "#/", "#/nowhere?x=1"])("takes %o for the wall", (hash) => {
    expect(parseRoute(hash).page).toBe("wall");
  });
  it("goes to the nearest page and says which was asked for", () => {
    expect(parseRoute("#/review?camera=a")).toEqual({ page: "alarms", query: { view: "review", camera: "a" }, unknown: "review" });
    expect(parseRoute("#/constructor").unknown).toBe("constructor");
    expect([parseRoute("#/").unknown, parseRoute("#/site").unknown]).toEqual([undefined, undefined]);
  });
  it("reads the one-time code", () => {
    expect(parseRoute("#/login?code=AB-12")).toEqual({ page: "login", query: { code: "AB-12" } });
  });
});
