import { describe, expect, it } from "vitest";
import { enrolCommand, enrolFault, quoted } from "./enrol";

const gate = { name: "gate", source: "rtsp://10.0.0.5/stream" };

describe("letting a node in", () => {
  it("makes a command that can be copied", () => {
    expect(enrolCommand("pole-1", [gate, { name: "yard", source: " picamera://0 " }])).toBe("cctv node add pole-1 --out pole-1.toml --camera gate=rtsp://10.0.0.5/stream --camera yard=picamera://0");
  });
  it("leaves nothing to the shell", () => {
    for (const text of ["rtsp://a/b?x=1&y=2", "$(reboot)", "a;b", "it's", "a b", "`x`"]) {
      const word = quoted(text);
      expect(word.startsWith("'") && word.endsWith("'")).toBe(true);
      expect(word.slice(1, -1).replaceAll("'\\''", "")).not.toContain("'");
    }
  });
  it("says what is wrong before it is run", () => {
    expect(enrolFault("pole-1", [gate], [])).toBeNull();
    expect(enrolFault("Pole 1", [gate], [])).toEqual({ field: "node", fault: "name" });
    expect(enrolFault("pole-1", [gate], ["pole-1"])).toEqual({ field: "node", fault: "taken" });
    expect(enrolFault("pole-1", [gate, gate], [])).toEqual({ field: "camera", at: 1, fault: "twice" });
    expect(enrolFault("pole-1", [{ name: "a", source: "10.0.0.5" }], [])).toEqual({ field: "camera", at: 0, fault: "source" });
  });
});
