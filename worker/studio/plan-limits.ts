/**
 * The plan's limits and their use, counted from the job rows: a row outlives its UTC day, and the row of a refused
 * create is deleted. So there is no counter that a retry or a lost response could change twice.
 */
import { MAX_REFUNDS_PER_DAY, PLANS, type Plan } from "../shared/plans.ts";
import { DAY_MS } from "../shared/time.ts";
import type { Limits } from "../api/schemas/session.ts";
import { SLOT_GRACE_MS } from "../config/limits.ts";
import { type Settings } from "../config/settings.ts";
import { type Refusal } from "../api/problem.ts";
import type { Jobs } from "./jobs/store.ts";

/** Counts once, for any plan. `now` selects the UTC day. */
export function limitsOf(jobs: Jobs, settings: Settings, now: number): (plan: Plan) => Limits {
  const slots = jobs.slotsSince(now - settings.deadlineMs - SLOT_GRACE_MS);
  const start = new Date(now).setUTCHours(0, 0, 0, 0);
  const { admitted, failed } = jobs.admittedBetween(start, start + DAY_MS);
  const used = admitted - Math.min(failed, MAX_REFUNDS_PER_DAY);
  const resetsAt = new Date(start + DAY_MS).toISOString();
  return (plan) => ({
    concurrent: PLANS[plan].concurrent,
    ...slots,
    today: { used, limit: settings.dailyGenerations[plan], resetsAt },
  });
}

/** Why another generation may not start now, or null. */
export function limitRefusal(limits: Limits, now: number): Refusal | null {
  const { concurrent, inFlight, today } = limits;
  if (today.limit !== null && today.used >= today.limit) {
    return {
      code: "quota_exceeded",
      detail: `You have used today's ${today.limit} images of your plan. The limit resets at midnight UTC.`,
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
