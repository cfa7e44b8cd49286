/**
 * One pass over a job: tries each pending step once. Webhook, alarm, create response and cancel all use it. The job may
 * change during any await, so every step reads it again.
 */
import { bounded } from "../../lib/async.ts";
import { isTerminal } from "../../shared/generations.ts";
import { failGeneration } from "../../db/generations.ts";
import { MAX_FORGET_TRIES, STEP_TIMEOUT_MS, TOMBSTONE_MS } from "../../config/limits.ts";
import { failureOf } from "../../api/generation.ts";
import { log, logError, reasonOf } from "../../lib/log.ts";
import { removeObjects } from "../../images/delete.ts";
import { cancelPrediction, deletePrediction, getPrediction } from "../../skytells/client.ts";
import { confirm } from "./confirm.ts";
import { updateJob, isOverdue, type Step, type StudioContext } from "../context.ts";
import { type Job, imagePlaceOf } from "../jobs/job.ts";
import { writeRecord } from "./record.ts";
import { store } from "./ingest.ts";
import { nextDeadline, canRun, needsSearch, reschedule, slotEndOf } from "../jobs/schedule.ts";
import {
  withLostResponse,
  applyPrediction,
  isOpen,
  hasTask,
  timeOut,
  endUpstream,
  withoutTasks,
} from "../jobs/transitions.ts";

/** Cap on Retry-After: outputs expire in minutes. */
const MAX_WAIT_SECONDS = 60;

/** `isRerunRequested`: another pass follows and will set `nextAt`. Throws only on a bug. */
export async function settleOnce(
  context: StudioContext,
  id: string,
  isRerunRequested: () => boolean,
): Promise<void> {
  const { jobs, settings } = context;
  const job = jobs.get(id);
  if (!job) return closeUnreadable(context, id);
  if (job.endedAt !== null && Date.now() >= job.endedAt + TOMBSTONE_MS) return jobs.delete(id);

  // Before the job is due, only a pending D1 write runs, so that progress is visible at once.
  if (job.nextAt > Date.now()) {
    await writeRecord(context, id);
    return;
  }
  const steps: Step[] = [];
  // Skytells first: a running prediction costs money, and a D1 that hangs must not delay its cancel.
  for (const step of [findPrediction, checkUpstream, record, store, remove, record, forget]) {
    const current = jobs.get(id);
    if (current) steps.push(await step(context, current));
  }
  if (isRerunRequested()) return;
  const asked = Math.max(0, ...steps.map((step) => (typeof step === "object" ? step.waitSeconds : 0)));
  updateJob(context, id, (current) => {
    const now = Date.now();
    const attempts = current.attempts + (steps.includes("again") ? 1 : 0);
    const next = reschedule({ ...current, attempts }, now, settings);
    if (asked === 0) return next;
    const waited = now + Math.min(asked, MAX_WAIT_SECONDS) * (1000 + 200 * Math.random());
    const decision = nextDeadline(current, now, settings) ?? Number.POSITIVE_INFINITY;
    return { ...next, nextAt: Math.min(Math.max(next.nextAt, waited), decision) };
  });
}

/** For a create whose response was lost, also because the object restarted. */
async function findPrediction(context: StudioContext, job: Job): Promise<Step> {
  if (job.predictionId !== null || context.creating.has(job.id)) return "done";
  if (job.upstream === "creating") {
    updateJob(context, job.id, (current) => withLostResponse(current, "upstream_timeout", Date.now()));
  }
  const lost = context.jobs.get(job.id);
  return lost && needsSearch(lost) ? confirm(context, lost) : "done";
}

async function record(context: StudioContext, job: Job): Promise<Step> {
  return (await writeRecord(context, job.id)) ? "done" : "again";
}

/** Cancels or fetches the status of a prediction that has not ended, and applies the deadlines. */
async function checkUpstream(context: StudioContext, job: Job): Promise<Step> {
  if (job.upstream !== "live") return "done";
  if (hasTask(job, "cancel") && (await cancelAtSkytells(context, job))) return "done";
  const step = await fetchStatus(context, job);
  const after = context.jobs.get(job.id);
  if (after?.upstream !== "live") return "done";
  if (Date.now() >= slotEndOf(after.createdAt, context.settings)) {
    log("upstream_given_up", { job: job.id, generation: job.predictionId });
    updateJob(context, job.id, (current) => endUpstream(current, Date.now()));
    return "done";
  }
  if (isOpen(after) && isOverdue(after, context.settings, Date.now())) {
    const late = updateJob(context, job.id, (current) =>
      isOpen(current) ? timeOut(current, Date.now()) : current,
    );
    if (late) await cancelAtSkytells(context, late);
  }
  return step;
}

/** Cancels at Skytells, one request at a time per job. True when Skytells has acknowledged and the slot is free. */
export function cancelAtSkytells(context: StudioContext, job: Job): Promise<boolean> {
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
    const now = Date.now();
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
        applyPrediction(current, seen.prediction, Date.now(), context.settings),
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

async function remove(context: StudioContext, job: Job): Promise<Step> {
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

async function forget(context: StudioContext, job: Job): Promise<Step> {
  if (job.predictionId === null || !hasTask(job, "forget") || !canRun(job, "forget")) return "done";
  const isGone = await deletePrediction(context.settings.skytells, job.predictionId);
  if (!isGone && job.attempts < MAX_FORGET_TRIES) return "again";
  updateJob(context, job.id, (current) => withoutTasks(current, "forget"));
  return "done";
}

/** Delay before the cancel of an unreadable job is repeated. */
const STOP_RETRY_MS = 10_000;

/**
 * Closes a row that cannot be read, so that it does not hold a slot or set alarms without end. It keeps its slot until
 * the prediction has stopped or the slot's time is over.
 */
async function closeUnreadable(context: StudioContext, id: string): Promise<void> {
  const { jobs, db, settings } = context;
  const job = jobs.unreadable(id);
  if (!job) return;
  if (job.isClosed) return jobs.delete(id);
  logError("job_unreadable", { job: id, generation: job.predictionId });
  if (job.predictionId !== null) {
    const error = failureOf("upstream_failed");
    await failGeneration(db, job.userId, job.predictionId, error, Date.now());
  }
  if (job.isLive && job.predictionId !== null) {
    const isStopped = await stopPrediction(context, job.predictionId);
    if (!isStopped && job.createdAt !== null && Date.now() < slotEndOf(job.createdAt, settings)) {
      return jobs.postpone(id, Date.now() + STOP_RETRY_MS);
    }
  }
  jobs.closeUnreadable(id, Date.now() + TOMBSTONE_MS);
}

/** True when the prediction has ended. */
async function stopPrediction({ settings }: StudioContext, predictionId: string): Promise<boolean> {
  if ((await cancelPrediction(settings.skytells, predictionId, STEP_TIMEOUT_MS)).hasEnded) return true;
  const seen = await getPrediction(settings.skytells, predictionId);
  return seen.kind === "found" && isTerminal(seen.prediction.status);
}
