import { describe, expect, it } from "vitest";
import { ALWAYS, DAYS, hourOf, isEmpty, named, painted, shiftsOf, weekOf, type Shifts, type Week } from "./week";

const site: Shifts = {
  night: { days: ["mon", "tue", "wed", "thu", "fri"], from: "22:00", to: "06:00" },
  lunch: { from: "12:30", to: "13:15" },
  sunday: { days: ["sun"], from: "20:00", to: "02:00" },
};
const again = (week: Week): Week => {
  const { names, fresh } = named(week, site, "x");
  return weekOf(names, { ...site, ...fresh });
};

describe("week", () => {
  it("is all of it without shifts, and then needs none", () => {
    expect(weekOf([], site)).toEqual(ALWAYS);
    expect(shiftsOf(ALWAYS)).toEqual([]);
  });
  it("goes over midnight into the next day, from Sunday into Monday", () => {
    const night = weekOf(["night"], site);
    expect([hourOf(night, 0, 5), hourOf(night, 0, 22), hourOf(night, 5, 5), hourOf(night, 5, 22)]).toEqual(["none", "all", "all", "none"]);
    expect(hourOf(weekOf(["sunday"], site), 0, 1)).toBe("all");
  });
  it("shows an hour that counts in part, and keeps its minutes while others are painted", () => {
    const week = painted(weekOf(["lunch"], site), 2, 8, true);
    expect([hourOf(week, 2, 12), hourOf(week, 2, 13), hourOf(week, 2, 8), hourOf(week, 3, 8)]).toEqual(["some", "some", "all", "none"]);
    expect(again(week)).toEqual(week);
  });
  it("finds the shift that the site has already", () => {
    for (const name of Object.keys(site)) expect(named(weekOf([name], site), site, "x")).toEqual({ names: [name], fresh: {} });
  });
  it("names what is new without taking a name", () => {
    const week = painted(painted(weekOf(["night"], site), 6, 10, true), 5, 14, true);
    expect(named(week, site, "lunch")).toMatchObject({ names: ["night", "lunch 2", "lunch 3"] });
  });
  it("comes back from its shifts as it was painted, whatever was painted", () => {
    let state = 5;
    const roll = (below: number): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) % below;
    let week: Week = weekOf(["night", "lunch"], site);
    for (let step = 0; step < 400; step++) {
      const [day, hour, on] = [roll(7), roll(24), roll(3) > 0];
      week = painted(week, day, hour, on);
      expect(hourOf(week, day, hour)).toBe(on ? "all" : "none");
      if (!isEmpty(week)) expect(again(week)).toEqual(week);
    }
  });
  it("is empty when every day is", () => expect(isEmpty(DAYS.map(() => []))).toBe(true));
});
