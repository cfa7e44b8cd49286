/** Copies the outputs of a success to R2 and makes thumbnails. Skytells keeps outputs for minutes only. */
import type { FailureCode } from "../../shared/generations.ts";
import { MAX_OUTPUTS } from "../../config/limits.ts";
import { log } from "../../lib/log.ts";
import { type IngestFailure, ingestOutput } from "../../images/ingest.ts";
import { makeVariant } from "../../images/variants.ts";
import { getPrediction } from "../../skytells/client.ts";
import { updateJob, type Step, type StudioContext } from "../context.ts";
import { type Job, imagePlaceOf } from "../jobs/job.ts";
import { writeRecord } from "./record.ts";
import { isLastStoreAttempt } from "../jobs/schedule.ts";
import { hasTask, completeStore, addOutput, failStore, countStoreAttempt } from "../jobs/transitions.ts";

/** A response that is not an image may be a gateway's error page: it is retried for this part of the output window. */
const INVALID_PART = 60 / 300;
const MIN_INVALID_TRIES = 4;
/** From this attempt on (the first is 0) the output URLs are fetched again first. */
const REFRESH_FROM_TRY = 2;

const FAILURE_CODE: Record<IngestFailure["failure"], FailureCode> = {
  lost: "output_lost",
  invalid: "output_invalid",
  storage: "storage_failed",
};

export async function storeOutputs(context: StudioContext, job: Job): Promise<Step> {
  if (!job.source || !hasTask(job, "store")) return "done";
  const isLast = isLastStoreAttempt(job, context.now());
  const urls = await outputUrls(context, job, isLast || job.attempts >= REFRESH_FROM_TRY);
  let failure: IngestFailure | null =
    urls.length === 0 ? { ok: false, failure: "lost", reason: "no_output" } : null;
  // One after another: each may hold a part of many megabytes in memory.
  for (const [n, url] of urls.entries()) {
    const known = context.jobs.get(job.id);
    if (!known || !hasTask(known, "store")) return "done";
    if (known.outputs.some((output) => output.n === n)) continue;
    const { bindings, settings, withImageMemory } = context;
    const ingested = await withImageMemory(() =>
      ingestOutput(bindings.OUTPUTS, settings.skytells, imagePlaceOf(job), n, url),
    );
    // Saved at once, so that a restart does not fetch it again.
    if (ingested.ok) updateJob(context, job.id, (open) => addOutput(open, ingested.output));
    else failure = ingested;
  }

  // Canceled or deleted meanwhile: the pending `remove` deletes what was just stored.
  const current = context.jobs.get(job.id);
  if (!current || !hasTask(current, "store")) return "done";
  const now = context.now();
  if (failure) {
    log("ingest_failed", {
      generation: job.predictionId,
      attempt: job.attempts,
      failure: failure.failure,
      reason: failure.reason,
    });
    const isInvalid = failure.failure === "invalid";
    const tried = updateJob(context, job.id, (open) => countStoreAttempt(open, isInvalid, now));
    const { since, tries } = tried?.source?.invalid ?? { since: now, tries: 0 };
    const isHopeless =
      tries >= MIN_INVALID_TRIES && now - since >= INVALID_PART * context.settings.outputWindowMs;
    if (!isLast && !isHopeless) return "again";
  }
  if (failure && current.outputs.length === 0) {
    updateJob(context, job.id, (open) => failStore(open, FAILURE_CODE[failure.failure], now));
    return "done";
  }
  // Pushed at once, without waiting for D1.
  updateJob(context, job.id, (open) => completeStore(open, now));
  context.waitUntil(writeRecord(context, job.id));
  await makeThumbnails(context, job.id);
  return "done";
}

/** The output URLs; fetched again if unknown or stale. */
async function outputUrls({ settings }: StudioContext, job: Job, isStale: boolean): Promise<string[]> {
  const known = job.source?.urls ?? [];
  if (job.predictionId === null || (known.length > 0 && !isStale)) return known.slice(0, MAX_OUTPUTS);
  const look = await getPrediction(settings.skytells, job.predictionId);
  const fresh =
    look.kind === "found" && look.prediction.status === "succeeded" ? look.prediction.outputs : [];
  return (fresh.length > 0 ? fresh : known).slice(0, MAX_OUTPUTS);
}

async function makeThumbnails(context: StudioContext, id: string): Promise<void> {
  for (const output of context.jobs.get(id)?.outputs ?? []) {
    const job = context.jobs.get(id);
    if (!job || job.deleted) continue;
    await context.withImageMemory(() => makeVariant(context.bindings, imagePlaceOf(job), output, "thumb"));
  }
}
