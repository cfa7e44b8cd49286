/** Cancels a generation: visible at once; the slot is freed when Skytells has acknowledged. */
import type { SessionClaim } from "../../db/users.ts";
import { type GenerationRecord, hasEnded } from "../../api/generation.ts";
import { ok, type Result, refuse } from "../../api/problem.ts";
import { imageNotFound, STORAGE_UNAVAILABLE, UNAUTHENTICATED } from "../../api/refusals.ts";
import { updateJob, type StudioContext } from "../context.ts";
import { recordOfJob } from "../jobs/job.ts";
import { writeRecord } from "./record.ts";
import { findRows, insertRetainedJob } from "../rows.ts";
import { cancelByUser, isOpen } from "../jobs/transitions.ts";

/** Idempotent; refused for a finished generation. `cancelAndSettle` cancels at Skytells and runs the other pending tasks. */
export async function cancelGeneration(
  context: StudioContext,
  claim: SessionClaim,
  id: string,
  cancelAndSettle: (jobId: string) => Promise<void>,
): Promise<Result<GenerationRecord>> {
  const { jobs } = context;
  const found = await findRows(context, claim, [id]);
  if (found.refusal) return { ok: false, refusal: found.refusal };
  // No await from here to the change: a job inserted from the row must not outlive its account.
  if (context.isDeletingAccount) return { ok: false, refusal: UNAUTHENTICATED };
  const record = found.rowOf(id);
  const isRunning = record !== null && !hasEnded(record);
  const job = jobs.byAnyId(id) ?? (isRunning ? insertRetainedJob(context, claim.userId, record) : null);
  if (!job) {
    if (!found.isKnown) return { ok: false, refusal: STORAGE_UNAVAILABLE };
    if (record?.status === "canceled") return ok(record);
    return record ? finished() : imageNotFound();
  }
  const after = updateJob(context, job.id, (current) =>
    isOpen(current) ? cancelByUser(current, context.now()) : current,
  );
  if (!after || after.deleted) return imageNotFound();
  if (after.status !== "canceled") return finished();
  if (isOpen(job)) {
    await Promise.all([cancelAndSettle(job.id), writeRecord(context, job.id)]);
  }
  const { favorite, shareToken } = record ?? recordOfJob(after);
  return ok({ ...recordOfJob(jobs.get(job.id) ?? after), favorite, shareToken });
}

const finished = () => refuse("already_finished", "This image is already finished.");
