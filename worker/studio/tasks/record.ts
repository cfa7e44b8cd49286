/** Writes the job's state to D1. */
import { deleteGenerations, insertGeneration, updateGeneration } from "../../db/generations.ts";
import type { GenerationRecord } from "../../api/generation.ts";
import { logError, reasonOf } from "../../lib/log.ts";
import { updateJob, type StudioContext } from "../context.ts";
import { type Job, recordOfJob } from "../jobs/job.ts";
import { hasTask, withoutTasks } from "../jobs/transitions.ts";

/**
 * Runs the `record` task. Writes of a job are queued, and each takes the job's state when it starts, so that no write
 * overtakes a delete. False: the write failed and the task is still pending.
 */
export async function writeRecord(context: StudioContext, id: string): Promise<boolean> {
  const { recording } = context;
  const turn = (recording.get(id) ?? Promise.resolve()).then(() => write(context, id));
  recording.set(id, turn);
  try {
    return await turn;
  } finally {
    if (recording.get(id) === turn) recording.delete(id);
  }
}

/**
 * Runs the `record` task of jobs that are marked as deleted, with one D1 batch for all jobs without a queued write. Returns
 * the ids whose rows are gone.
 */
export async function deleteRecords(context: StudioContext, ids: string[]): Promise<Set<string>> {
  const { recording } = context;
  const [queued, free] = [new Set<string>(), new Set<string>()];
  for (const id of ids) (recording.has(id) ? queued : free).add(id);
  const batch = deleteRows(context, [...free]);
  // Later writes of these jobs wait for the batch. No await since `recording` was read.
  for (const id of free) recording.set(id, batch);
  const gone = new Set<string>();
  await Promise.all([
    batch.then((failed) => {
      for (const id of free) {
        if (recording.get(id) === batch) recording.delete(id);
        if (!failed.has(id)) gone.add(id);
      }
    }),
    ...Array.from(queued, async (id) => {
      if (await writeRecord(context, id)) gone.add(id);
    }),
  ]);
  return gone;
}

/** Returns the jobs whose write failed: their tasks are still pending. */
async function deleteRows(context: StudioContext, ids: string[]): Promise<Set<string>> {
  const jobs = ids
    .flatMap((id) => context.jobs.get(id) ?? [])
    .filter((job) => job.deleted && job.predictionId !== null && hasTask(job, "record"));
  if (jobs.length === 0) return new Set();
  try {
    const rowIds = jobs.map((job) => recordOfJob(job).id);
    await deleteGenerations(context.db, context.userId, rowIds);
  } catch (error) {
    logError("record_failed", { jobs: jobs.length, reason: reasonOf(error) });
    return new Set(jobs.map(({ id }) => id));
  }
  for (const { id } of jobs) updateJob(context, id, afterDelete);
  return new Set();
}

const afterDelete = (job: Job): Job => ({ ...withoutTasks(job, "record"), recorded: false });

async function write(context: StudioContext, id: string): Promise<boolean> {
  const job = context.jobs.get(id);
  if (!job || job.predictionId === null || !hasTask(job, "record")) return true;
  try {
    const row = await writeRow(context, job);
    updateJob(context, id, (current) => ({
      // Still pending if the job changed during the write.
      ...(isSameRecord(current, job) ? withoutTasks(current, "record") : current),
      recorded: row !== null,
    }));
    if (!row && !job.deleted) logError("record_without_row", { job: id, generation: job.predictionId });
    if (row && hasUserChanges(row) && !context.jobs.get(id)?.deleted) context.sockets.generation(row);
    return true;
  } catch (error) {
    logError("record_failed", { job: id, generation: job.predictionId, reason: reasonOf(error) });
    return false;
  }
}

/** The row after the write; null if there is none. */
async function writeRow({ db }: StudioContext, job: Job): Promise<GenerationRecord | null> {
  const record = recordOfJob(job);
  if (job.deleted) {
    await deleteGenerations(db, job.userId, [record.id]);
    return null;
  }
  return job.recorded
    ? await updateGeneration(db, job.userId, record)
    : await insertGeneration(db, job.userId, record);
}

/** Favorite and link are only in D1, so the earlier push did not contain them. */
function hasUserChanges({ status, favorite, shareToken }: GenerationRecord): boolean {
  return status === "succeeded" && (favorite || shareToken !== null);
}

function isSameRecord(a: Job, b: Job): boolean {
  return a.status === b.status && a.deleted === b.deleted && a.error?.code === b.error?.code;
}
