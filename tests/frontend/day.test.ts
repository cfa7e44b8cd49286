import { expect, test } from "vitest";
import { dayOf } from "../../frontend/state/day.ts";
import { making } from "../../frontend/text/making.ts";

const resetsAt = "2026-11-25T00:00:00.000Z";

test.each<[used: number, limit: number | null, says: string | null]>([
  [900, null, null],
  [0, 50, null],
  [44, 50, null],
  [45, 50, making.dayLeft(5, 50)],
  [49, 50, making.dayLeft(1, 50)],
  [0, 4, null],
  [1, 4, making.dayLeft(3, 4)],
  [0, 1, making.dayLeft(1, 1)],
  [50, 50, making.dayOver(Date.parse(resetsAt))],
  // After a smaller plan.
  [80, 50, making.dayOver(Date.parse(resetsAt))],
])("%i used of %s a day: %s", (used, limit, says) => {
  expect(dayOf({ used, limit, resetsAt })).toBe(says);
});
