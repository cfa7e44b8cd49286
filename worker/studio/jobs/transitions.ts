/**
 * Changes of a job's state, as pure functions (schedule.ts sets `nextAt` afterwards). State moves forward only, except
 * `timed_out` and `unconfirmed` → `succeeded` (`applySuccess`). A user's cancel or delete wins over a later success.
 * Diagrams: docs/architecture.md.
 */
import { type FailureCode, isTerminal } from "../../shared/generations.ts";
import type { Settings } from "../../config/settings.ts";
import { failureOf, type GenerationRecord, hasEnded, type StoredOutput } from "../../api/generation.ts";
import { isPolicyRejection, type Prediction } from "../../skytells/prediction.ts";
import { isKnownTask, type Job, type Task } from "./job.ts";

export function isOpen(job: Job): boolean {
  return !hasEnded(job);
}

/** Whether Skytells may still need the job's reference image. */
export function usesReference(job: Job): boolean {
  return job.reference !== null && job.upstream !== "ended" && !job.deleted && isOpen(job);
}

export function hasTask(job: Job, task: Task): boolean {
  return job.tasks.includes(task);
}

function withTasks(job: Job, ...tasks: Task[]): Job {
  return { ...job, tasks: [...new Set([...job.tasks, ...tasks])] };
}

export function withoutTasks(job: Job, ...tasks: Task[]): Job {
  return { ...job, tasks: job.tasks.filter((task) => !isKnownTask(task) || !tasks.includes(task)) };
}

/** Resets the attempts and makes the job due now. */
function retryNow(job: Job, now: number): Job {
  return { ...job, attempts: 0, nextAt: now };
}

/** Sets the job's prediction: from the create's response, or found later. */
export function attachPrediction(job: Job, prediction: Prediction, now: number, settings: Settings): Job {
  // `holdsSlot` stays: a job that was given up does not take a slot again.
  const live: Job = {
    ...withTasks(job, "record"),
    predictionId: prediction.id,
    upstream: "live",
    answeredAt: job.answeredAt ?? now,
    confirmedAt: now,
    earlyNews: null,
    attempts: 0,
    nextAt: now + settings.checkAfterMs,
  };
  const wanted = job.deleted
    ? retryNow(withTasks(live, "cancel", "forget"), now)
    : job.status === "canceled"
      ? retryNow(withTasks(live, "cancel"), now)
      : live;
  return applyPrediction(wanted, prediction, now, settings);
}

/** The create's response was lost or unclear: the job keeps its slot and searches for its prediction. */
export function markUnconfirmed(job: Job, code: "upstream_timeout" | "upstream_error", now: number): Job {
  return retryNow({ ...job, upstream: "unconfirmed", answeredAt: now, unconfirmedCode: code }, now);
}

/** Keeps the news of a webhook that arrived while the job has no prediction. */
export function keepEarlyNews(job: Job, prediction: Prediction, now: number, isCreating: boolean): Job {
  const known = job.earlyNews;
  const isOlder = known?.id === prediction.id && isTerminal(known.status);
  const waiting = isOlder ? job : { ...job, earlyNews: prediction, earlyNewsAt: now };
  return isCreating ? waiting : retryNow(waiting, now);
}

/** Applies news of the job's prediction: from a webhook, a status request or the create's response. */
export function applyPrediction(job: Job, news: Prediction, now: number, settings: Settings): Job {
  switch (news.status) {
    case "queued":
      return job;
    case "processing":
      return isOpen(job) && job.upstream === "live" ? applyProgress(job, news) : job;
    case "failed":
      return applyFailure(job, news, now);
    case "canceled":
      return endUpstream(isOpen(job) && job.source === null ? finish(job, "canceled", now) : job, now);
    case "succeeded":
      return applySuccess(job, news, now, settings);
    default:
      return news.status satisfies never;
  }
}

function applyProgress(job: Job, news: Prediction): Job {
  const progress = news.progress === null ? job.progress : Math.max(news.progress, job.progress ?? 0);
  return job.status === "queued"
    ? { ...withTasks(job, "record"), status: "processing", progress }
    : { ...job, progress };
}

function applyFailure(job: Job, news: Prediction, now: number): Job {
  if (!isOpen(job) || job.source !== null) return endUpstream(job, now);
  const code = isPolicyRejection(news.error) ? "content_policy" : "upstream_failed";
  return endUpstream(fail(job, code, now), now);
}

function applySuccess(job: Job, news: Prediction, now: number, settings: Settings): Job {
  const lostAt = job.outputsLostAt ?? successTime(news, job, now) + settings.outputWindowMs;
  const ended = endUpstream(job, now);
  if (job.deleted || job.source !== null || job.status === "succeeded" || job.status === "canceled")
    return ended;
  if (!isOpen(job) && !(isHealable(job) && now <= lostAt)) return ended;
  // A pending `remove` of an earlier attempt would delete the files that are stored now.
  const storing = withTasks(withoutTasks(ended, "remove"), "store");
  return retryNow(
    {
      // D1 shows `processing` already if the job was; the final write follows soon.
      ...(job.status === "queued" ? withTasks(storing, "record") : storing),
      status: isOpen(job) ? "processing" : job.status,
      // Shown as "Saving…": the prediction has finished.
      progress: isOpen(job) ? 100 : job.progress,
      outputsLostAt: lostAt,
      source: { urls: news.outputs, seenAt: now, lostAt, invalid: null },
    },
    now,
  );
}

/** Failures that only say that the result is unknown: a late success corrects them. */
function isHealable(job: Job): boolean {
  return job.error?.code === "timed_out" || job.error?.code === "unconfirmed";
}

/** When the outputs' lifetime began: the completion time from Skytells, if plausible. */
function successTime(news: Prediction, job: Job, now: number): number {
  const at = news.completedAt;
  return at !== null && at >= job.sentAt - 5_000 && at <= now ? at : now;
}

/** The prediction has ended: frees the slot, drops a pending cancel. */
export function endUpstream(job: Job, now: number): Job {
  if (job.upstream === "ended") return withoutTasks(job, "cancel");
  return retryNow({ ...withoutTasks(job, "cancel"), upstream: "ended", holdsSlot: false }, now);
}

function finish(job: Job, status: "failed" | "canceled" | "succeeded", now: number): Job {
  return { ...withTasks(job, "record"), status, progress: null, completedAt: now };
}

function fail(job: Job, code: FailureCode, now: number): Job {
  return { ...finish(job, "failed", now), error: failureOf(code) };
}

/** The user canceled: cancel at Skytells until acknowledged, and remove what was stored meanwhile. */
export function cancelByUser(job: Job, now: number): Job {
  return retryNow(withCancelTasks(finish(job, "canceled", now)), now);
}

/** The user deleted it: remove everything everywhere. */
export function deleteByUser(job: Job, now: number): Job {
  const ended = isOpen(job) ? finish(job, "canceled", now) : job;
  return retryNow({ ...withTasks(withCancelTasks(ended), "record", "remove", "forget"), deleted: true }, now);
}

/** A job for a generation whose job was swept or is unreadable, to hold the tasks of a cancel or delete. */
export function retainedJobOf(record: GenerationRecord, userId: string, now: number): Job {
  const { id, prompt, model, options, status, error, outputs, createdAt, completedAt } = record;
  // The prediction may still run.
  const isLive = !hasEnded(record);
  return {
    id,
    userId,
    predictionId: id,
    idempotencyKey: null,
    holdsSlot: isLive,
    tasks: [],
    createdAt,
    nextAt: now,
    prompt,
    model,
    options,
    input: {},
    webhookUrl: null,
    fingerprint: "",
    status,
    upstream: isLive ? "live" : "ended",
    deleted: false,
    recorded: true,
    progress: null,
    error,
    outputs,
    sentAt: createdAt,
    answeredAt: createdAt,
    confirmedAt: null,
    unconfirmedCode: null,
    earlyNews: null,
    earlyNewsAt: null,
    unknownFields: {},
    drewSeed: false,
    reference: null,
    reserving: null,
    source: null,
    outputsLostAt: null,
    completedAt,
    endedAt: null,
    attempts: 0,
  };
}

function withCancelTasks(job: Job): Job {
  const stored = hasTask(job, "store")
    ? { ...withTasks(withoutTasks(job, "store"), "remove"), outputs: [] }
    : job;
  return job.upstream === "ended" ? stored : withTasks(stored, "cancel");
}

/** The deadline passed while the prediction was running. */
export function timeOut(job: Job, now: number): Job {
  return retryNow(withTasks(fail(job, "timed_out", now), "cancel"), now);
}

/** The prediction of an unconfirmed create was not found. Releases the key: the same request is a new job. */
export function giveUp(job: Job, now: number): Job {
  const ended = isOpen(job) ? fail(job, "unconfirmed", now) : job;
  // Without a prediction there is nothing to write, cancel or remove.
  return {
    ...endUpstream(ended, now),
    tasks: job.tasks.filter((task) => !isKnownTask(task)),
    idempotencyKey: null,
    earlyNews: null,
  };
}

/** One of the outputs is in R2. */
export function addOutput(job: Job, output: StoredOutput): Job {
  if (!hasTask(job, "store")) return job;
  const outputs = [...job.outputs.filter(({ n }) => n !== output.n), output].sort((a, b) => a.n - b.n);
  return { ...job, outputs };
}

/** An attempt to store failed; `isInvalid`: the response was not an image. */
export function countStoreAttempt(job: Job, isInvalid: boolean, now: number): Job {
  if (job.source === null) return job;
  const { since, tries } = job.source.invalid ?? { since: now, tries: 0 };
  return { ...job, source: { ...job.source, invalid: isInvalid ? { since, tries: tries + 1 } : null } };
}

/** All outputs that can be fetched are in R2. */
export function completeStore(job: Job, now: number): Job {
  const done = { ...withoutTasks(job, "store"), source: null, error: null };
  return retryNow(finish(done, "succeeded", now), now);
}

/**
 * The outputs cannot be fetched. A job that had failed before keeps its first error. `remove` deletes files that an
 * interrupted attempt may have left in R2.
 */
export function failStore(job: Job, code: FailureCode, now: number): Job {
  const done = { ...withTasks(withoutTasks(job, "store"), "remove"), source: null };
  return retryNow(isOpen(job) ? fail(done, code, now) : done, now);
}
