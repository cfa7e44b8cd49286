/**
 * Settles jobs. A pass tries each pending step once; webhook, alarm, create response and cancel all use it. The job may change
 * during any await, so every step reads it again.
 */
import { bounded } from "../../lib/async.ts";
import { STEP_TIMEOUT_MS, RETAIN_JOB_MS } from "../../config/limits.ts";
import { log, logError, reasonOf } from "../../lib/log.ts";
import { removeObjects } from "../../images/delete.ts";
import { cancelPrediction, getPrediction } from "../../skytells/client.ts";
import { confirm } from "./confirm.ts";
import { updateJob, isOverdue, type Step, type StudioContext } from "../context.ts";
import { type Job, imagePlaceOf } from "../jobs/job.ts";
import { writeRecord } from "./record.ts";
import { forget, nextForget } from "./forget.ts";
import { storeOutputs } from "./store-outputs.ts";
import { closeUnreadable } from "./unreadable.ts";
import { nextDeadline, canRun, needsSearch, reschedule, slotEndOf } from "../jobs/schedule.ts";
import {
  markUnconfirmed,
  applyPrediction,
  isOpen,
  hasTask,
  timeOut,
  endUpstream,
  withoutTasks,
} from "../jobs/transitions.ts";

/** Jobs that an alarm settles concurrently, because of the object's memory and connections. */
const MAX_SETTLING = 6;
/** Cap on Retry-After: outputs expire in minutes. */
const MAX_WAIT_SECONDS = 60;

type Run = {
  /** Resolves when the job has changed and another pass must follow. */
  changed: PromiseWithResolvers<void>;
  hasChanged: boolean;
  done: Promise<void>;
};

/** Runs passes: one at a time per job, and another one after a change during a pass. */
export class Settling {
  private readonly context: () => StudioContext;
  private readonly runs = new Map<string, Run>();

  constructor(context: () => StudioContext) {
    this.context = context;
  }

  get size(): number {
    return this.runs.size;
  }

  ids(): string[] {
    return [...this.runs.keys()];
  }

  has(id: string): boolean {
    return this.runs.has(id);
  }

  /** Waits until no pass of this job runs, or for `ms`. */
  async whenIdle(id: string, ms: number): Promise<void> {
    const idle = this.runs.get(id)?.done;
    if (idle) await Promise.race([idle, new Promise((resolve) => setTimeout(resolve, ms))]);
  }

  /** Never rejects. `hasChanged`: the job has changed, so a running pass is followed by another. */
  settle(id: string, hasChanged: boolean): Promise<void> {
    const running = this.runs.get(id);
    if (running) {
      if (hasChanged) {
        running.hasChanged = true;
        running.changed.resolve();
      }
      return running.done;
    }
    const run: Run = { changed: Promise.withResolvers(), hasChanged: true, done: Promise.resolve() };
    this.runs.set(id, run);
    run.done = this.runUntilIdle(id, run);
    return run.done;
  }

  /** Settles due jobs, a few at a time. */
  async settleDue(): Promise<void> {
    const { jobs, now } = this.context();
    const due = jobs.due(now(), MAX_SETTLING + this.size).filter((id) => !this.has(id));
    const free = Math.max(0, MAX_SETTLING - this.size);
    await Promise.all(due.slice(0, free).map((id) => this.settle(id, false)));
  }

  /** Cancels at Skytells at once, without waiting for a running pass, then settles. */
  async cancelAndSettle(id: string): Promise<void> {
    const context = this.context();
    const job = context.jobs.get(id);
    if (job && job.upstream === "live" && hasTask(job, "cancel")) await cancelAtSkytells(context, job);
    await this.settle(id, true);
  }

  private async runUntilIdle(id: string, run: Run): Promise<void> {
    const context = this.context();
    try {
      while (run.hasChanged) {
        run.hasChanged = false;
        run.changed = Promise.withResolvers();
        await settleOnce(context, id, run);
      }
    } catch (error) {
      logError("settle_failed", { job: id, reason: reasonOf(error) });
      context.jobs.postpone(id, context.now() + STEP_TIMEOUT_MS);
    } finally {
      // No await since `hasChanged` was read: a later change starts a new run.
      this.runs.delete(id);
      context.arm();
    }
  }
}

/** One pass. Throws on a bug, and when D1 is down while it closes an unreadable job. */
async function settleOnce(context: StudioContext, id: string, run: Run): Promise<void> {
  const { jobs, settings, now } = context;
  const job = jobs.get(id);
  if (!job) return closeUnreadable(context, id);
  if (job.endedAt !== null && now() >= job.endedAt + RETAIN_JOB_MS) return jobs.delete(id);

  // A slow D1 does not delay the pass that follows a change; the write continues.
  const record = async (): Promise<Step> => {
    const written = writeRecord(context, id);
    context.waitUntil(written);
    return (await Promise.race([written, run.changed.promise.then(() => true)])) ? "done" : "again";
  };
  // Before the job is due, only a pending D1 write runs, so that progress is visible at once.
  if (job.nextAt > now()) {
    await record();
    return;
  }
  const results: Step[] = [];
  const attempt = async (step: (context: StudioContext, job: Job) => Promise<Step>) => {
    const current = jobs.get(id);
    if (current) results.push(await step(context, current));
  };
  // Skytells first: a running prediction costs money, and a D1 that hangs must not delay its cancel.
  await attempt(findPrediction);
  await attempt(checkUpstream);
  await Promise.all([attempt(record), attempt(storeOutputs)]);
  await attempt(removeFiles);
  await attempt(record);
  await attempt(forget);
  if (run.hasChanged) return;
  const wait = Math.max(0, ...results.map((result) => (typeof result === "object" ? result.waitSeconds : 0)));
  updateJob(context, id, (current) => {
    const attempts = current.attempts + (results.includes("again") ? 1 : 0);
    const scheduled = reschedule({ ...current, attempts }, now(), settings);
    const next = { ...scheduled, nextAt: Math.max(scheduled.nextAt, nextForget(context, scheduled)) };
    if (wait === 0) return next;
    const waited = now() + Math.min(wait, MAX_WAIT_SECONDS) * (1000 + 200 * Math.random());
    const deadline = nextDeadline(current, now(), settings) ?? Number.POSITIVE_INFINITY;
    return { ...next, nextAt: Math.min(Math.max(next.nextAt, waited), deadline) };
  });
}

/** For a create whose response was lost, also because the object restarted. */
async function findPrediction(context: StudioContext, job: Job): Promise<Step> {
  if (job.predictionId !== null || context.creating.has(job.id)) return "done";
  if (job.upstream === "creating") {
    updateJob(context, job.id, (current) => markUnconfirmed(current, "upstream_timeout", context.now()));
  }
  const current = context.jobs.get(job.id);
  return current && needsSearch(current) ? confirm(context, current) : "done";
}

/** Cancels or fetches the status of a prediction that has not ended, and applies the deadlines. */
async function checkUpstream(context: StudioContext, job: Job): Promise<Step> {
  if (job.upstream !== "live") return "done";
  if (hasTask(job, "cancel") && (await cancelAtSkytells(context, job))) return "done";
  const step = await fetchStatus(context, job);
  const after = context.jobs.get(job.id);
  if (after?.upstream !== "live") return "done";
  if (context.now() >= slotEndOf(after.createdAt, context.settings)) {
    log("upstream_given_up", { job: job.id, generation: job.predictionId });
    updateJob(context, job.id, (current) => endUpstream(current, context.now()));
    return "done";
  }
  if (isOpen(after) && isOverdue(after, context.settings, context.now())) {
    const late = updateJob(context, job.id, (current) =>
      isOpen(current) ? timeOut(current, context.now()) : current,
    );
    if (late) await cancelAtSkytells(context, late);
  }
  return step;
}

/** Cancels at Skytells, one request at a time per job. True when Skytells has acknowledged and the slot is free. */
function cancelAtSkytells(context: StudioContext, job: Job): Promise<boolean> {
  const running = context.canceling.get(job.id);
  if (running) return running;
  const request = requestCancel(context, job).finally(() => context.canceling.delete(job.id));
  context.canceling.set(job.id, request);
  return request;
}

async function requestCancel(context: StudioContext, job: Job): Promise<boolean> {
  if (job.predictionId === null) return false;
  const { settings } = context;
  const { hasEnded, prediction } = await cancelPrediction(
    settings.skytells,
    job.predictionId,
    STEP_TIMEOUT_MS,
  );
  if (!hasEnded) return false;
  // It may have ended before the cancel, for example with a success.
  updateJob(context, job.id, (current) => {
    const now = context.now();
    return endUpstream(prediction ? applyPrediction(current, prediction, now, settings) : current, now);
  });
  return true;
}

/** Fetches the prediction's status. */
export async function fetchStatus(context: StudioContext, job: Job): Promise<Step> {
  if (job.predictionId === null) return "done";
  const seen = await getPrediction(context.settings.skytells, job.predictionId);
  switch (seen.kind) {
    case "found":
      updateJob(context, job.id, (current) =>
        applyPrediction(current, seen.prediction, context.now(), context.settings),
      );
      return "again";
    case "busy":
      return { waitSeconds: seen.retryAfterSeconds ?? 5 };
    case "unknown":
    case "unavailable":
      return "again";
    default:
      return seen satisfies never;
  }
}

async function removeFiles(context: StudioContext, job: Job): Promise<Step> {
  if (!hasTask(job, "remove") || !canRun(job, "remove")) return "done";
  try {
    await bounded(removeObjects(context.bindings.OUTPUTS, imagePlaceOf(job)), STEP_TIMEOUT_MS);
  } catch (error) {
    logError("remove_failed", { job: job.id, generation: job.predictionId, reason: reasonOf(error) });
    return "again";
  }
  updateJob(context, job.id, (current) => withoutTasks(current, "remove"));
  return "done";
}
