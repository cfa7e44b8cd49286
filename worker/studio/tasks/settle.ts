/**
 * Settling: whatever a job still needs, tried once. The same for webhook, alarm, terminal create answer and
 * cancel. Between awaits anything may have happened, so every step starts from the job as it is then.
 */
import { bounded } from "../../lib/async.ts";
import { isTerminal } from "../../shared/catalog.ts";
import { failGeneration } from "../../db/generations.ts";
import { MAX_FORGET_TRIES, STEP_TIMEOUT_MS, TOMBSTONE_MS } from "../../config/limits.ts";
import { failureOf } from "../../api/generation.ts";
import { log, logError, reasonOf } from "../../lib/log.ts";
import { removeObjects } from "../../images/delete.ts";
import { cancelPrediction, deletePrediction, getPrediction } from "../../skytells/client.ts";
import { confirm } from "./confirm.ts";
import { change, isOverdue, type Step, type StudioContext } from "../context.ts";
import { type Job, placeOf } from "../jobs/job.ts";
import { payRecord } from "./record.ts";
import { store } from "./ingest.ts";
import { decisionTime, isPayable, isSought, scheduled, slotEndOf } from "../jobs/schedule.ts";
import {
  ambiguous,
  heard,
  isOpen,
  owes,
  timedOut,
  upstreamEnded,
  withoutDebts,
} from "../jobs/transitions.ts";

/** A 429 may ask for an hour; outputs are gone in minutes, and a debt to D1 is tried again within a minute. */
const MOST_PATIENT_SECONDS = 60;

/**
 * One pass over the job; `isDisturbed` tells whether something happened to it meanwhile, so that another pass
 * follows and sets the times. Throws only on a bug.
 */
export async function settleOnce(
  context: StudioContext,
  id: string,
  isDisturbed: () => boolean,
): Promise<void> {
  const { jobs, settings } = context;
  const job = jobs.get(id);
  if (!job) return bury(context, id);
  if (job.endedAt !== null && Date.now() >= job.endedAt + TOMBSTONE_MS) return jobs.delete(id);

  // News of progress is written at once; the rest waits until the job's time has come.
  if (job.nextAt > Date.now()) {
    await payRecord(context, id);
    return;
  }
  const steps: Step[] = [];
  // Skytells first: what it is told to stop costs, and a D1 that hangs must not delay that.
  for (const step of [find, ask, recordNow, store, remove, recordNow, forget]) {
    const current = jobs.get(id);
    if (current) steps.push(await step(context, current));
  }
  if (isDisturbed()) return;
  const asked = Math.max(0, ...steps.map((step) => (typeof step === "object" ? step.waitSeconds : 0)));
  change(context, id, (current) => {
    const now = Date.now();
    const attempts = current.attempts + (steps.includes("again") ? 1 : 0);
    const next = scheduled({ ...current, attempts }, now, settings);
    if (asked === 0) return next;
    const waited = now + Math.min(asked, MOST_PATIENT_SECONDS) * (1000 + 200 * Math.random());
    const decision = decisionTime(current, now, settings) ?? Number.POSITIVE_INFINITY;
    return { ...next, nextAt: Math.min(Math.max(next.nextAt, waited), decision) };
  });
}

/** A create whose answer was lost, or lost with the object that waited for it. */
async function find(context: StudioContext, job: Job): Promise<Step> {
  if (job.predictionId !== null || context.creating.has(job.id)) return "done";
  if (job.upstream === "creating") {
    change(context, job.id, (current) => ambiguous(current, "upstream_timeout", Date.now()));
  }
  const lost = context.jobs.get(job.id);
  return lost && isSought(lost) ? confirm(context, lost) : "done";
}

async function recordNow(context: StudioContext, job: Job): Promise<Step> {
  return (await payRecord(context, job.id)) ? "done" : "again";
}

/** Asks Skytells about a job that it is still at, or tells it to stop. */
async function ask(context: StudioContext, job: Job): Promise<Step> {
  if (job.upstream !== "live") return "done";
  if (owes(job, "cancel") && (await tellCancel(context, job))) return "done";
  const looked = await look(context, job);
  const after = context.jobs.get(job.id);
  if (after?.upstream !== "live") return "done";
  if (Date.now() >= slotEndOf(after.createdAt, context.settings)) {
    log("upstream_given_up", { job: job.id, generation: job.predictionId });
    change(context, job.id, (current) => upstreamEnded(current, Date.now()));
    return "done";
  }
  if (isOpen(after) && isOverdue(after, context.settings, Date.now())) {
    const late = change(context, job.id, (current) =>
      isOpen(current) ? timedOut(current, Date.now()) : current,
    );
    if (late) await tellCancel(context, late);
  }
  return looked;
}

/** Tells Skytells to stop, once at a time. True once it has acknowledged: then the slot is free. */
export function tellCancel(context: StudioContext, job: Job): Promise<boolean> {
  const running = context.telling.get(job.id);
  if (running) return running;
  const told = tell(context, job).finally(() => context.telling.delete(job.id));
  context.telling.set(job.id, told);
  return told;
}

async function tell(context: StudioContext, job: Job): Promise<boolean> {
  if (job.predictionId === null) return false;
  const { settings } = context;
  const { hasEnded, prediction } = await cancelPrediction(
    settings.skytells,
    job.predictionId,
    STEP_TIMEOUT_MS,
  );
  if (!hasEnded) return false;
  // It may have ended otherwise: a success that was not seen in time is a picture still.
  change(context, job.id, (current) => {
    const now = Date.now();
    return upstreamEnded(prediction ? heard(current, prediction, now, settings) : current, now);
  });
  return true;
}

/** Asks Skytells how the job stands. */
export async function look(context: StudioContext, job: Job): Promise<Step> {
  if (job.predictionId === null) return "done";
  const seen = await getPrediction(context.settings.skytells, job.predictionId);
  switch (seen.kind) {
    case "found":
      change(context, job.id, (current) => heard(current, seen.prediction, Date.now(), context.settings));
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
  if (!owes(job, "remove") || !isPayable(job, "remove")) return "done";
  try {
    await bounded(removeObjects(context.bindings.OUTPUTS, placeOf(job)), STEP_TIMEOUT_MS);
  } catch (error) {
    logError("remove_failed", { job: job.id, generation: job.predictionId, reason: reasonOf(error) });
    return "again";
  }
  change(context, job.id, (current) => withoutDebts(current, "remove"));
  return "done";
}

async function forget(context: StudioContext, job: Job): Promise<Step> {
  if (job.predictionId === null || !owes(job, "forget") || !isPayable(job, "forget")) return "done";
  const isGone = await deletePrediction(context.settings.skytells, job.predictionId);
  if (!isGone && job.attempts < MAX_FORGET_TRIES) return "again";
  change(context, job.id, (current) => withoutDebts(current, "forget"));
  return "done";
}

/** How soon Skytells is told again to stop what nobody can read the job of. */
const STOP_AGAIN_MS = 10_000;

/**
 * Ends a job whose row cannot be read, so that it neither holds a slot nor wakes the object for ever. What Skytells
 * is still at is in flight until it is stopped, or until no job can hold a slot any more.
 */
async function bury(context: StudioContext, id: string): Promise<void> {
  const { jobs, db, settings } = context;
  const job = jobs.poisoned(id);
  if (!job) return;
  if (job.isBuried) return jobs.delete(id);
  logError("job_unreadable", { job: id, generation: job.predictionId });
  if (job.predictionId !== null) {
    const error = failureOf("upstream_failed");
    await failGeneration(db, job.userId, job.predictionId, error, Date.now());
  }
  if (job.isLive && job.predictionId !== null) {
    const isStopped = await stop(context, job.predictionId);
    if (!isStopped && job.createdAt !== null && Date.now() < slotEndOf(job.createdAt, settings)) {
      return jobs.postpone(id, Date.now() + STOP_AGAIN_MS);
    }
  }
  jobs.bury(id, Date.now() + TOMBSTONE_MS);
}

/** True once Skytells is not at it any more, for whatever reason. */
async function stop({ settings }: StudioContext, predictionId: string): Promise<boolean> {
  if ((await cancelPrediction(settings.skytells, predictionId, STEP_TIMEOUT_MS)).hasEnded) return true;
  const seen = await getPrediction(settings.skytells, predictionId);
  return seen.kind === "found" && isTerminal(seen.prediction.status);
}
