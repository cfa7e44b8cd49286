/** Cancelling: shown at once, Skytells told within the request; the slot is free when it acknowledges. */
import { isTerminal } from "../../shared/catalog.ts";
import type { SessionClaim } from "../../db/users.ts";
import type { GenerationRecord } from "../../api/generation.ts";
import { ok, type Result, refuse } from "../../api/problem.ts";
import { change, type StudioContext } from "../context.ts";
import { recordOfJob } from "../jobs/job.ts";
import { payRecord } from "./record.ts";
import { rowsOf, tombstone } from "../rows.ts";
import { canceled, isOpen } from "../jobs/transitions.ts";

/**
 * Cancels the user's generation; `withdraw` tells Skytells, and does what else is owed. The same when repeated; refused
 * when it is finished.
 */
export async function cancelGeneration(
  context: StudioContext,
  claim: SessionClaim,
  id: string,
  withdraw: (jobId: string) => Promise<void>,
): Promise<Result<GenerationRecord>> {
  const { jobs } = context;
  const found = await rowsOf(context, claim, [id]);
  if (found.refusal) return { ok: false, refusal: found.refusal };
  // From here to the change nothing is awaited: a job that is made of the row must not outlive its account.
  if (context.isClosing) return refuse("unauthenticated", "Sign in to go on.");
  const record = found.rowOf(id);
  const isUnderWay = record !== null && !isTerminal(record.status);
  const job = jobs.byAnyId(id) ?? (isUnderWay ? tombstone(context, claim.userId, record) : null);
  if (!job) {
    if (!found.isKnown)
      return refuse("storage_unavailable", "The studio cannot reach its storage right now.");
    if (record?.status === "canceled") return ok(record);
    return record ? finished() : notFound();
  }
  const after = change(context, job.id, (current) =>
    isOpen(current) ? canceled(current, Date.now()) : current,
  );
  if (!after || after.deleted) return notFound();
  if (after.status !== "canceled") return finished();
  if (isOpen(job)) {
    await Promise.all([withdraw(job.id), payRecord(context, job.id)]);
  }
  const { favorite, shareToken } = record ?? recordOfJob(after);
  return ok({ ...recordOfJob(jobs.get(job.id) ?? after), favorite, shareToken });
}

const finished = () => refuse("already_finished", "This picture is finished.");
const notFound = () => refuse("not_found", "There is no such picture.");
