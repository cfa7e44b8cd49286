/** Closes job rows that this version cannot read. */
import { failureOf } from "../../api/generation.ts";
import { STEP_TIMEOUT_MS, RETAIN_JOB_MS } from "../../config/limits.ts";
import { failGeneration } from "../../db/generations.ts";
import { logError } from "../../lib/log.ts";
import { isTerminal } from "../../shared/generations.ts";
import { cancelPrediction, getPrediction } from "../../skytells/client.ts";
import { pushLimits, type StudioContext } from "../context.ts";
import { slotEndOf } from "../jobs/schedule.ts";

/** Delay before the cancel of an unreadable job is repeated. */
const STOP_RETRY_MS = 10_000;

/**
 * Closes a row that cannot be read, so that it does not hold a slot or set alarms without end. It keeps its slot until
 * the prediction has stopped or the slot's time is over.
 */
export async function closeUnreadable(context: StudioContext, id: string): Promise<void> {
  const { jobs, db, settings } = context;
  const job = jobs.unreadable(id);
  if (!job) return;
  if (job.isClosed) return jobs.delete(id);
  logError("job_unreadable", { job: id, generation: job.predictionId });
  // Skytells first: a running prediction costs money and holds the slot, also while D1 is down.
  const isStopped =
    !job.isLive || job.predictionId === null || (await stopPrediction(context, job.predictionId));
  const isOver = isStopped || job.createdAt === null || context.now() >= slotEndOf(job.createdAt, settings);
  // A delete may have replaced the row during an await.
  if (!jobs.unreadable(id)) return;
  if (isOver) {
    jobs.freeUnreadable(id);
    pushLimits(context);
  }
  if (job.predictionId !== null) {
    const error = failureOf("upstream_failed");
    await failGeneration(db, job.userId, job.predictionId, error, context.now());
  }
  if (!jobs.unreadable(id)) return;
  if (!isOver) return jobs.postpone(id, context.now() + STOP_RETRY_MS);
  jobs.closeUnreadable(id, context.now() + RETAIN_JOB_MS);
}

/** True when the prediction has ended. */
async function stopPrediction({ settings }: StudioContext, predictionId: string): Promise<boolean> {
  if ((await cancelPrediction(settings.skytells, predictionId, STEP_TIMEOUT_MS)).hasEnded) return true;
  const seen = await getPrediction(settings.skytells, predictionId);
  return seen.kind === "found" && isTerminal(seen.prediction.status);
}
