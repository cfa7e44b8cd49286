/**
 * The plan's limits and their use, counted from the job rows: a row outlives its UTC day, and the row of a refused
 * create is deleted. So there is no counter that a retry or a lost response could change twice.
 */
import { PLANS, type Plan } from "../shared/plans.ts";
import { DAY_MS } from "../shared/time.ts";
import type { Limits } from "../api/schemas/session.ts";
import { SLOT_GRACE_MS } from "../config/limits.ts";
import type { Settings } from "../config/settings.ts";
import type { Refusal } from "../api/problem.ts";
import type { Jobs } from "./jobs/store.ts";

/** Counts once, for any plan. `now` selects the UTC day. */
export function limitsOf(jobs: Jobs, settings: Settings, now: number): (plan: Plan) => Limits {
  const slots = jobs.slotsSince(now - settings.deadlineMs - SLOT_GRACE_MS);
  const start = new Date(now).setUTCHours(0, 0, 0, 0);
  const used = jobs.imagesBetween(start, start + DAY_MS);
  const resetsAt = new Date(start + DAY_MS).toISOString();
  return (plan) => ({
    concurrent: PLANS[plan].concurrent,
    ...slots,
    today: { used, limit: settings.dailyGenerations[plan], resetsAt },
  });
}

/** For sentences of errors. */
export function countOfImages(count: number): string {
  return count === 1 ? "1 image" : `${count} images`;
}

/** Why another generation of `count` images may not start now, or null. */
export function limitRefusal(limits: Limits, count: number, now: number): Refusal | null {
  const { concurrent, inFlight, today } = limits;
  if (today.limit !== null && today.used + count > today.limit) {
    const left = today.limit - today.used;
    return {
      code: "quota_exceeded",
      detail:
        left > 0
          ? `You have ${countOfImages(left)} left of today's ${today.limit}, and asked for ${count}. The limit resets at midnight UTC.`
          : `You have used today's ${today.limit} images of your plan. The limit resets at midnight UTC.`,
      retryAfterSeconds: (Date.parse(today.resetsAt) - now) / 1000,
      resetsAt: today.resetsAt,
      limits,
    };
  }
  return inFlight < concurrent ? null : { code: "limit_reached", detail: limitDetail(concurrent), limits };
}

function limitDetail(concurrent: number): string {
  return concurrent === 1
    ? "Your plan generates one image at a time. Start the next when this one is done."
    : `Your plan generates ${concurrent} images at a time. Start the next when one of them is done.`;
}
