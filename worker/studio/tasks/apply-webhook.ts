/** Applies a webhook's prediction to its job. */
import { log } from "../../lib/log.ts";
import type { Prediction } from "../../skytells/prediction.ts";
import { type StudioContext, updateJob } from "../context.ts";
import type { Job } from "../jobs/job.ts";
import { applyPrediction, keepEarlyNews } from "../jobs/transitions.ts";

/** `duplicate`: it changed nothing. */
export type WebhookOutcome = "accepted" | "duplicate" | "unknown" | "wrong_job";

/** On disk when this returns; the work that follows runs in the background. */
export function applyWebhook(
  context: StudioContext,
  jobId: string | null,
  prediction: Prediction,
): WebhookOutcome {
  const { jobs } = context;
  const job = (jobId !== null && jobs.get(jobId)) || jobs.byPrediction(prediction.id);
  if (!job) return "unknown";
  const now = context.now();
  if (job.predictionId === null) {
    const isCreating = context.creating.has(job.id);
    updateJob(context, job.id, (current) => keepEarlyNews(current, prediction, now, isCreating));
    if (!isCreating) context.settleLater(job.id);
    return "accepted";
  }
  if (job.predictionId !== prediction.id) {
    log("wrong_job", { job: job.id, generation: prediction.id });
    return "wrong_job";
  }
  const after = updateJob(context, job.id, (current) =>
    applyPrediction(current, prediction, now, context.settings),
  );
  context.settleLater(job.id);
  return after && isSameState(job, after) ? "duplicate" : "accepted";
}

function isSameState(a: Job, b: Job): boolean {
  const keys = ["status", "upstream", "progress"] as const;
  return keys.every((key) => a[key] === b[key]) && (a.source === null) === (b.source === null);
}
