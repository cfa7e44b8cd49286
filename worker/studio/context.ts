/** State that the object's modules share, and `updateJob`, the only way to change a stored job. */
import type { Database } from "../db/client.ts";
import type { Settings } from "../config/settings.ts";
import { type GenerationRecord, requestedImages } from "../api/generation.ts";
import type { Result } from "../api/problem.ts";
import { log } from "../lib/log.ts";
import { limitsOf } from "./plan-limits.ts";
import { type Job, recordOfJob } from "./jobs/job.ts";
import type { Jobs } from "./jobs/store.ts";
import type { Sockets } from "./sockets.ts";
import type { Uploads } from "./upload-store.ts";
import type { Revocations } from "./revocations.ts";
import { deadlineOf } from "./jobs/schedule.ts";
import type { Deliveries } from "./endpoints/deliveries.ts";
import type { Endpoints } from "./endpoints/endpoints.ts";
import { recordOutcome } from "./endpoints/events.ts";
import type { ForgetPace } from "./forget-pace.ts";
import type { Waiters } from "./waiters.ts";
import { isOpen, usesReference } from "./jobs/transitions.ts";

export type StudioContext = {
  bindings: { OUTPUTS: R2Bucket; IMAGES?: ImagesBinding };
  db: Database;
  settings: Settings;
  userId: string;
  jobs: Jobs;
  uploads: Uploads;
  endpoints: Endpoints;
  deliveries: Deliveries;
  sockets: Sockets;
  waiters: Waiters;
  revocations: Revocations;
  /** Nothing new may start. Stays true after the deletion for requests that were already running. */
  isDeletingAccount: boolean;
  /** Create requests in progress, by job id. */
  creating: Map<string, Promise<Result<GenerationRecord>>>;
  /** Cancel requests to Skytells in progress, by job id. */
  canceling: Map<string, Promise<boolean>>;
  /** The last D1 write queued for a job, by job id. */
  recording: Map<string, Promise<unknown>>;
  forgetPace: ForgetPace;
  /** Limits how many images are in memory at once, whatever started their passes (`MAX_IMAGES_IN_MEMORY`). */
  withImageMemory: <T>(task: () => Promise<T>) => Promise<T>;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Keeps the object alive until the work ends. */
  waitUntil: (work: Promise<unknown>) => void;
  /** Sets the alarm to the earliest `nextAt`. */
  arm: () => void;
  /** Settles a job in the background. */
  settleLater: (id: string) => void;
  /** Deletes due uploads in the background. */
  deleteUploadsLater: () => void;
  /** Sends due webhooks in the background. */
  sendWebhooksLater: () => void;
};

/** Result of a step: done, retry with backoff, or wait at least this long. */
export type Step = "done" | "again" | { waitSeconds: number };

/** Pushes the current limits to open sockets. */
export function pushLimits({ jobs, sockets, settings, now }: StudioContext): void {
  // Counting reads all rows of the day.
  if (sockets.isEmpty) return;
  sockets.limits(limitsOf(jobs, settings, now()));
}

/**
 * Reads the current job, applies `transition`, saves and pushes the result. No await in between: a transition never
 * works on an outdated job. Null if the job does not exist.
 */
export function updateJob(context: StudioContext, id: string, transition: (job: Job) => Job): Job | null {
  const { jobs } = context;
  const before = jobs.get(id);
  if (!before) return null;
  const after = transition(before);
  if (after === before) return before;
  jobs.save(after);
  const hasNewId = before.predictionId === null && after.predictionId !== null;
  if (hasNewId) context.deliveries.renameGeneration(after.id, recordOfJob(after).id);
  const hasEvent = before.status !== after.status && !isOpen(after);
  if (hasEvent) logOutcome(after);
  const hasDeliveries = hasEvent && !context.isDeletingAccount && recordOutcome(context, after);
  if (after.deleted && !before.deleted) context.deliveries.forgetPrompt(recordOfJob(after).id);
  context.arm();
  if (hasDeliveries) context.sendWebhooksLater();
  pushGeneration(context, before, after);
  context.waiters.changed(after.id);
  if (usesReference(before) && !usesReference(after)) releaseUpload(context, after);
  if (changesLimits(before, after)) pushLimits(context);
  return after;
}

/** Skytells does not need the job's reference image any more. An upload is deleted; an own image stays. */
function releaseUpload({ jobs, uploads, deleteUploadsLater, now }: StudioContext, { reference }: Job): void {
  const upload = reference?.upload;
  if (!upload || jobs.useUpload(upload)) return;
  uploads.drop(upload, now());
  deleteUploadsLater();
}

/** The metric of outcomes: operators count these lines by status and model. */
function logOutcome({ id, predictionId, status, model, error, createdAt, completedAt }: Job): void {
  log("generation_ended", {
    generation: predictionId ?? id,
    status,
    model,
    ...(error && { code: error.code }),
    ms: (completedAt ?? Date.now()) - createdAt,
  });
}

function changesLimits(before: Job, after: Job): boolean {
  return (
    before.holdsSlot !== after.holdsSlot ||
    before.upstream !== after.upstream ||
    (before.status === "failed") !== (after.status === "failed") ||
    missingImages(before) !== missingImages(after)
  );
}

/** Images that a success did not return: the day's allowance gets them back. */
function missingImages(job: Job): number {
  return job.status === "succeeded" ? Math.max(0, requestedImages(job) - job.outputs.length) : 0;
}

function pushGeneration({ sockets }: StudioContext, before: Job, after: Job): void {
  if (after.deleted) {
    if (!before.deleted) sockets.deleted(after.predictionId ?? after.id);
    return;
  }
  const hasNewId = before.predictionId === null && after.predictionId !== null;
  if (hasNewId || before.status !== after.status || before.progress !== after.progress) {
    sockets.generation(recordOfJob(after), hasNewId ? after.id : undefined);
  }
}

export function isOverdue(job: Job, settings: Settings, now: number): boolean {
  return now >= deadlineOf(job, settings);
}
