/**
 * Deletes generations, one or many.
 *
 * Invariant: all of them are marked as deleted in SQLite, without an await, before D1, R2 or Skytells is called. Each
 * is then deleted eventually, whatever fails. The result lists the ids whose D1 row is gone already.
 */
import { inParallel } from "../../lib/async.ts";
import type { BulkResult } from "../../api/schemas/generation.ts";
import type { SessionClaim } from "../../db/users.ts";
import { CANCEL_WAIT_MS } from "../../config/limits.ts";
import { ok, type Result } from "../../api/problem.ts";
import { STORAGE_UNAVAILABLE, UNAUTHENTICATED } from "../../api/refusals.ts";
import { updateJob, type StudioContext } from "../context.ts";
import type { Job } from "../jobs/job.ts";
import { deleteRecords } from "./record.ts";
import { findRows, insertRetainedJob } from "../rows.ts";
import { deleteByUser } from "../jobs/transitions.ts";

/** Concurrent settles: a Worker has six connections that wait for headers. */
const WIDTH = 6;

/**
 * An id may be a pending id. Refused if D1 does not answer and no id belongs to a known job. `cancelAndSettle` cancels at Skytells
 * and runs the other pending tasks.
 */
export async function removeGenerations(
  context: StudioContext,
  claim: SessionClaim,
  ids: string[],
  cancelAndSettle: (jobId: string) => Promise<void>,
): Promise<Result<BulkResult>> {
  const { jobs } = context;
  const found = await findRows(context, claim, ids);
  if (found.refusal) return { ok: false, refusal: found.refusal };

  // No await from here until all are marked.
  if (context.isDeletingAccount) return { ok: false, refusal: UNAUTHENTICATED };
  const known = ids.map((id) => ({ id, job: jobs.byAnyId(id), record: found.rowOf(id) }));
  const result: BulkResult = { done: [], missing: [], failed: [] };
  const toDelete: { id: string; job: Job }[] = [];
  for (const { id, job, record } of known) {
    const target = job?.deleted && !record ? null : (job ?? insertRetainedJob(context, claim.userId, record));
    if (target) toDelete.push({ id, job: target });
    else if (job || found.isKnown) result.missing.push(id);
    else result.failed.push(id);
  }
  if (result.failed.length === ids.length) {
    return { ok: false, refusal: STORAGE_UNAVAILABLE };
  }
  for (const { job } of toDelete)
    updateJob(context, job.id, (current) => deleteByUser(current, context.now()));

  // Running ones first, because they cost money. Skytells is called whether or not D1 answers.
  const inOrder = toDelete.toSorted((a, b) => Number(b.job.holdsSlot) - Number(a.job.holdsSlot));
  const recorded = deleteRecords(
    context,
    toDelete.map(({ job }) => job.id),
  );
  context.waitUntil(recorded);
  const settled = inParallel(inOrder, WIDTH, ({ job }) => cancelAndSettle(job.id));
  context.waitUntil(settled);
  const gone = await recorded;
  for (const { id, job } of toDelete) (gone.has(job.id) ? result.done : result.failed).push(id);
  await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, CANCEL_WAIT_MS))]);
  return ok(result);
}
