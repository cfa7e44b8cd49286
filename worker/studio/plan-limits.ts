/**
 * What a plan allows and what of it is used, counted from the job rows alone. Every admitted job is a row for longer
 * than its day lasts, a refused create's row is deleted, and a failed one says so: nothing counts twice, and what
 * comes back comes back once, whatever is repeated, late or lost.
 */
import { MAX_RETURNED_PER_DAY, PLANS, type Plan } from "../shared/catalog.ts";
import type { Limits } from "../api/schemas.ts";
import { SLOT_GRACE_MS } from "../config/limits.ts";
import { type Settings } from "../config/settings.ts";
import { type Refusal } from "../api/problem.ts";
import type { Jobs } from "./jobs/store.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Counts once; the answer holds for any plan, until a job changes. `now` decides which day (UTC) is today. */
export function limitsOf(jobs: Jobs, settings: Settings, now: number): (plan: Plan) => Limits {
  const slots = jobs.slotsSince(now - settings.deadlineMs - SLOT_GRACE_MS);
  const start = new Date(now).setUTCHours(0, 0, 0, 0);
  const { admitted, failed } = jobs.madeBetween(start, start + DAY_MS);
  const used = admitted - Math.min(failed, MAX_RETURNED_PER_DAY);
  const resetsAt = new Date(start + DAY_MS).toISOString();
  return (plan) => ({
    concurrent: PLANS[plan].concurrent,
    ...slots,
    today: { used, limit: settings.dailyGenerations[plan], resetsAt },
  });
}

/** Why one more may not start now, or null if it may. */
export function limitRefusal(limits: Limits, now: number): Refusal | null {
  const { concurrent, inFlight, today } = limits;
  if (today.limit !== null && today.used >= today.limit) {
    return {
      code: "quota_exceeded",
      detail: `These were the ${today.limit} pictures that this plan makes in a day. The next day begins at midnight UTC.`,
      retryAfterSeconds: (Date.parse(today.resetsAt) - now) / 1000,
      resetsAt: today.resetsAt,
      limits,
    };
  }
  return inFlight < concurrent ? null : { code: "limit_reached", detail: limitSentence(concurrent), limits };
}

function limitSentence(concurrent: number): string {
  return concurrent === 1
    ? "One picture at a time on this plan: the next can start when this one is done."
    : `${concurrent} pictures at a time on this plan: the next can start when one of them is done.`;
}
