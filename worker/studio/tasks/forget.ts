/** Deletes predictions at Skytells, best effort and slowly: all users share the account's rate limit. */
import { MAX_FORGET_TRIES } from "../../config/limits.ts";
import { deletePrediction } from "../../skytells/client.ts";
import { type Step, type StudioContext, updateJob } from "../context.ts";
import { isKnownTask, type Job } from "../jobs/job.ts";
import { canRun } from "../jobs/schedule.ts";
import { hasTask, withoutTasks } from "../jobs/transitions.ts";

/** Delay while a create is in progress. */
const CREATE_DELAY_MS = 5_000;

export async function forget(context: StudioContext, job: Job): Promise<Step> {
  if (job.predictionId === null || !hasTask(job, "forget") || !canRun(job, "forget")) return "done";
  const { forgetPace, now } = context;
  if (now() < nextForget(context, job)) return "done";
  if (context.creating.size > 0) {
    forgetPace.delay(job.id, now() + CREATE_DELAY_MS);
    return "done";
  }
  forgetPace.used(job.id);
  const isGone = await deletePrediction(context.settings.skytells, job.predictionId);
  if (!isGone && job.attempts < MAX_FORGET_TRIES) return "again";
  updateJob(context, job.id, (current) => withoutTasks(current, "forget"));
  return "done";
}

/** When a job without other tasks is due for this one; 0 for other jobs. */
export function nextForget(context: StudioContext, job: Job): number {
  const tasks = job.tasks.filter(isKnownTask);
  const isOnlyTask = tasks.length === 1 && hasTask(job, "forget") && canRun(job, "forget");
  // The deletion of an account waits for its jobs.
  return isOnlyTask && !context.isDeletingAccount ? context.forgetPace.timeOf(job.id, context.now()) : 0;
}
