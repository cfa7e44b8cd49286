/**
 * Deleting, one picture or a hundred.
 *
 * Promise: all of them are marked deleted in one stretch, on disk, before anything else is told; from then on each
 * is deleted for good, whoever fails meanwhile. The answer says whose rows are gone already.
 */
import { inParallel } from "../../lib/async.ts";
import type { BulkResult } from "../../api/schemas.ts";
import type { SessionClaim } from "../../db/users.ts";
import { CANCEL_PATIENCE_MS } from "../../config/limits.ts";
import { ok, type Result, refuse } from "../../api/problem.ts";
import { change, type StudioContext } from "../context.ts";
import type { Job } from "../jobs/job.ts";
import { payRecord } from "./record.ts";
import { rowsOf, tombstone } from "../rows.ts";
import { deleted } from "../jobs/transitions.ts";

/** Rows deleted, and jobs settled, side by side: half a dozen connections is what a Worker gets. */
const WIDTH = 6;

type Door = {
  /** Tells Skytells, and does what else is owed. */
  withdraw: (jobId: string) => Promise<void>;
  /** Keeps the object alive until it ends, whether or not anybody still waits for it. */
  keepAlive: (work: Promise<unknown>) => void;
};

/** Deletes these of the user's generations; an id may be a pending one. Refused when nothing could be done or known. */
export async function removeGenerations(
  context: StudioContext,
  claim: SessionClaim,
  ids: string[],
  door: Door,
): Promise<Result<BulkResult>> {
  const { jobs } = context;
  const found = await rowsOf(context, claim, ids);
  if (found.refusal) return { ok: false, refusal: found.refusal };

  // From here to the last mark nothing is awaited.
  if (context.isClosing) return refuse("unauthenticated", "Sign in to go on.");
  const known = ids.map((id) => ({ id, job: jobs.byAnyId(id), record: found.rowOf(id) }));
  const result: BulkResult = { done: [], missing: [], failed: [] };
  const doomed: { id: string; job: Job }[] = [];
  for (const { id, job, record } of known) {
    const target = job?.deleted && !record ? null : (job ?? tombstone(context, claim.userId, record));
    if (target) doomed.push({ id, job: target });
    else if (job || found.isKnown) result.missing.push(id);
    else result.failed.push(id);
  }
  if (result.failed.length === ids.length) {
    return refuse("storage_unavailable", "The studio cannot reach its storage right now.");
  }
  for (const { job } of doomed) change(context, job.id, (current) => deleted(current, Date.now()));

  // What is still being made first: it costs. And Skytells hears of it whether or not D1 answers.
  const inOrder = doomed.toSorted((a, b) => Number(b.job.holdsSlot) - Number(a.job.holdsSlot));
  const withdrawn = inParallel(inOrder, WIDTH, ({ job }) => door.withdraw(job.id));
  door.keepAlive(withdrawn);
  const work = (async () => {
    const isPaid = new Map<string, boolean>();
    await inParallel(inOrder, WIDTH, async ({ id, job }) => isPaid.set(id, await payRecord(context, job.id)));
    for (const { id } of doomed) (isPaid.get(id) ? result.done : result.failed).push(id);
  })();
  door.keepAlive(work);
  await work;
  await Promise.race([withdrawn, new Promise((resolve) => setTimeout(resolve, CANCEL_PATIENCE_MS))]);
  return ok(result);
}
