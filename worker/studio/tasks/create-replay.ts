/** The response to a create whose Idempotency-Key belongs to a job. */
import type { GenerationRecord } from "../../api/generation.ts";
import { ok, type Refusal, type Result, refuse, StorageUnavailable } from "../../api/problem.ts";
import type { Settings } from "../../config/settings.ts";
import { readAs } from "../../auth/principal.ts";
import { generationById } from "../../db/generations.ts";
import type { SessionClaim } from "../../db/users.ts";
import { canonicalJson } from "../canonical-json.ts";
import type { StudioContext } from "../context.ts";
import { type Job, recordOfJob } from "../jobs/job.ts";
import { confirmUntil } from "../jobs/schedule.ts";
import { isOpen } from "../jobs/transitions.ts";
import type { GenerateCommand } from "../rpc.ts";

/** Equal for requests with the same body, whatever the order of its keys. */
export function fingerprintOf(body: GenerateCommand["body"]): string {
  return canonicalJson(body);
}

export function jobWithKey({ jobs }: StudioContext, { idempotencyKey }: GenerateCommand): Job | null {
  return idempotencyKey === null ? null : jobs.byIdempotencyKey(idempotencyKey);
}

/** Responds to a repeated Idempotency-Key with its job; never creates a second one. */
export async function respondToReplay(
  context: StudioContext,
  { claim, body }: GenerateCommand,
  found: Job,
): Promise<Result<GenerationRecord>> {
  const running = context.creating.get(found.id);
  // Checks the session before anything is said about the job.
  const row = await rowOf(context, claim, found.predictionId ?? found.id);
  if (!row.ok) return row;
  if (found.fingerprint !== fingerprintOf(body)) {
    return refuse("idempotency_mismatch", "This Idempotency-Key was used for another request.");
  }
  if (running) return running;
  const job = context.jobs.get(found.id);
  if (!job || job.deleted) return refuse("not_found", "This image was deleted.");
  if (job.upstream === "creating") {
    return refuse("idempotency_in_progress", "This request is still in progress.", {
      retryAfterSeconds: 2,
    });
  }
  if (job.upstream === "unconfirmed" && isOpen(job)) {
    return { ok: false, refusal: pendingRefusal(job, context.settings) };
  }
  // State from the job; favorite and share link from D1.
  const { favorite, shareToken } = row.value ?? recordOfJob(job);
  return ok({ ...recordOfJob(job), favorite, shareToken });
}

/** The D1 row if the session may read it; null also while D1 does not answer. */
async function rowOf(
  { db, revocations }: StudioContext,
  claim: SessionClaim,
  id: string,
): Promise<Result<GenerationRecord | null>> {
  try {
    const read = await readAs(db, claim, generationById(db, claim.userId, id));
    return read.ok ? ok(read.value.value) : read;
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    const refusal = revocations.refusalOf(claim);
    return refusal ? { ok: false, refusal } : ok(null);
  }
}

export const PENDING_DETAIL =
  "The image service has not confirmed this image yet. The studio is checking whether it is being generated.";

/** The error for an unconfirmed create. */
export function pendingRefusal(job: Job, settings: Settings): Refusal {
  return {
    code: job.unconfirmedCode === "upstream_timeout" ? "upstream_timeout" : "upstream_error",
    detail: PENDING_DETAIL,
    pending: { id: job.id, until: new Date(confirmUntil(job, settings)).toISOString() },
  };
}
