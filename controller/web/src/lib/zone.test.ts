import { afterEach, expect, it } from "vitest";
import { local, midnight_ms, momentOf, setZone } from "./zone";

afterEach(() => setZone("Asia/Seoul"));

it("tells the site's time, wherever it is looked at", () => {
  setZone("Asia/Seoul");
  expect(local(Date.UTC(2026, 10, 21, 23, 40, 5))).toEqual({ year: 2026, month: 11, day: 22, weekday: 0, hour: 8, minute: 40, second: 5 });
  setZone("America/New_York");
  expect(local(Date.UTC(2026, 10, 21, 23, 40, 5))).toEqual({ year: 2026, month: 11, day: 21, weekday: 6, hour: 18, minute: 40, second: 5 });
});
it("takes what fields write as the site's time", () => {
  setZone("Asia/Seoul");
  expect(momentOf("2026-11-22")).toBe(Date.UTC(2026, 10, 21, 15));
  expect(momentOf("2026-11-22T08:40")).toBe(Date.UTC(2026, 10, 21, 23, 40));
  expect(momentOf("2026-11-22T08:40:05")).toBe(Date.UTC(2026, 10, 21, 23, 40, 5));
  for (const text of ["", "22/11/2026", "2026-13-01", "2026-11-22 08:40"]) expect(momentOf(text)).toBeNaN();
});
it("begins days at midnight, also those of 23 and 25 hours", () => {
  setZone("Europe/Berlin");
  for (const [month, day, hours] of [[2, 29, 23], [9, 25, 25], [6, 1, 24]] as const) {
    const begin = midnight_ms(Date.UTC(2026, month, day, 12));
    expect(local(begin)).toMatchObject({ month: month + 1, day, hour: 0, minute: 0 });
    expect((midnight_ms(begin, 1) - begin) / 3_600_000).toBe(hours);
  }
});
it("names the first of two equal times, and the moment after a time that is left out", () => {
  setZone("Europe/Berlin");
  expect(momentOf("2026-10-25T02:30")).toBe(Date.UTC(2026, 9, 25, 0, 30));
  expect(local(momentOf("2026-03-29T02:30"))).toMatchObject({ day: 29, minute: 30 });
});
it("comes back to every moment by its own text", () => {
  for (const zone of ["Asia/Seoul", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns", "UTC"]) {
    setZone(zone);
    for (let at = Date.UTC(2026, 0, 1, 0, 30); at < Date.UTC(2026, 0, 20); at += 5_430_000) {
      const { year, month, day, hour, minute, second } = local(at);
      const pad = (value: number): string => String(value).padStart(2, "0");
      expect(momentOf(`${year}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}:${pad(second)}`)).toBe(at);
    }
  }
});
it("keeps the browser's zone where the site's is unknown to it", () => {
  setZone("Mars/Olympus");
  const at = Date.UTC(2026, 10, 21, 23, 40);
  expect(local(at).hour).toBe(new Date(at).getHours());
});
