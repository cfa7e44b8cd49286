import { expect, test } from "vitest";
import { daysAgo, groupByDay } from "../../frontend/gallery/days.ts";

/** In the time zone of this machine. */
const at = (day: number, hour: number, minute = 0) => ({
  createdAt: new Date(2026, 10, day, hour, minute).toISOString(),
});
const midnight = (day: number) => new Date(2026, 10, day).getTime();

test("groups consecutive images by the user's day, newest or oldest first", () => {
  const newestFirst = [at(22, 23, 59), at(22, 0), at(21, 23, 59), at(3, 12)];
  expect(groupByDay(newestFirst)).toEqual([
    { start: midnight(22), from: 0, to: 2 },
    { start: midnight(21), from: 2, to: 3 },
    { start: midnight(3), from: 3, to: 4 },
  ]);
  expect(groupByDay(newestFirst.toReversed()).map(({ from, to }) => to - from)).toEqual([1, 1, 2]);
  expect(groupByDay([])).toEqual([]);
});

test("knows today and yesterday", () => {
  const now = new Date(2026, 10, 22, 0, 5).getTime();
  expect([22, 21, 20].map((day) => daysAgo(midnight(day), now))).toEqual([0, 1, 2]);
});
