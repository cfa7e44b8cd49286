/** Making the D1 row agree with the job. */
import { deleteGeneration, insertGeneration, updateGeneration } from "../../db/generations.ts";
import type { GenerationRecord } from "../../api/generation.ts";
import { logError, reasonOf } from "../../lib/log.ts";
import { change, type StudioContext } from "../context.ts";
import { type Job, recordOfJob } from "../jobs/job.ts";
import { owes, withoutDebts } from "../jobs/transitions.ts";

/**
 * Pays the `record` debt: one write at a time per job, each of the job as it is by then, so that no late write
 * overtakes a delete. False: D1 did not take it and the debt stands.
 */
export async function payRecord(context: StudioContext, id: string): Promise<boolean> {
  const { recording } = context;
  const turn = (recording.get(id) ?? Promise.resolve()).then(() => write(context, id));
  recording.set(id, turn);
  try {
    return await turn;
  } finally {
    if (recording.get(id) === turn) recording.delete(id);
  }
}

async function write(context: StudioContext, id: string): Promise<boolean> {
  const job = context.jobs.get(id);
  if (!job || job.predictionId === null || !owes(job, "record")) return true;
  try {
    const row = await writeRow(context, job);
    change(context, id, (now) => ({
      // What changed while it was written is still owed.
      ...(isSameRecord(now, job) ? withoutDebts(now, "record") : now),
      recorded: row !== null,
    }));
    if (!row && !job.deleted) logError("record_without_row", { job: id, generation: job.predictionId });
    if (row && row.status === "succeeded" && !context.jobs.get(id)?.deleted) context.live.generation(row);
    return true;
  } catch (error) {
    logError("record_failed", { job: id, generation: job.predictionId, reason: reasonOf(error) });
    return false;
  }
}

/** The row as it is now; null when there is none any more. */
async function writeRow({ db }: StudioContext, job: Job): Promise<GenerationRecord | null> {
  const record = recordOfJob(job);
  if (job.deleted) {
    await deleteGeneration(db, job.userId, record.id);
    return null;
  }
  return job.recorded
    ? await updateGeneration(db, job.userId, record)
    : await insertGeneration(db, job.userId, record);
}

function isSameRecord(a: Job, b: Job): boolean {
  return a.status === b.status && a.deleted === b.deleted && a.error?.code === b.error?.code;
}
