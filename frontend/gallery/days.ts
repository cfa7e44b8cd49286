/** Groups images by the day they were created on, in the user's time zone. */
import type { Generation } from "../../worker/api/schemas/generation.ts";

/** `start`: midnight at its beginning, in milliseconds. The images from `from` up to, but not including, `to`. */
export type DayGroup = { start: number; from: number; to: number };

/** Midnight at the start of the day that is `days` days later. */
function midnight(time: number, days = 0): number {
  const date = new Date(time);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
}

/** Consecutive images of one day are a group. Compares ISO texts: there are thousands of images and few days. */
export function groupByDay(generations: readonly Pick<Generation, "createdAt">[]): DayGroup[] {
  const groups: DayGroup[] = [];
  let first = "";
  let after = "";
  for (const [index, { createdAt }] of generations.entries()) {
    const last = groups.at(-1);
    if (last && createdAt >= first && createdAt < after) last.to = index + 1;
    else {
      const start = midnight(Date.parse(createdAt));
      first = new Date(start).toISOString();
      after = new Date(midnight(start, 1)).toISOString();
      groups.push({ start, from: index, to: index + 1 });
    }
  }
  return groups;
}

/** How many days ago a day was: 0 is today. */
export function daysAgo(start: number, now: number): number {
  return [0, 1].find((days) => midnight(now, -days) === start) ?? 2;
}
