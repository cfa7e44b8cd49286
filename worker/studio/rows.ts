/** What D1 knows of the generations that a command names, and whether who asks may touch them. */
import { bounded, TimeoutError } from "../lib/async.ts";
import { findGenerations } from "../db/generations.ts";
import { refusalOf, type SessionClaim } from "../db/users.ts";
import { CANCEL_PATIENCE_MS } from "../config/limits.ts";
import type { GenerationRecord } from "../api/generation.ts";
import { type Refusal, StorageUnavailable } from "../api/problem.ts";
import type { StudioContext } from "./context.ts";
import type { Job } from "./jobs/job.ts";
import { tombstoneOf } from "./jobs/transitions.ts";

export type Rows = {
  refusal: Refusal | null;
  /** False: D1 did not answer. What the object knows itself can be acted on; D1 is told when it is back. */
  isKnown: boolean;
  rowOf: (id: string) => GenerationRecord | null;
};

/** A job for a picture whose own was swept long ago, or cannot be read: it remembers what is owed now. */
export function tombstone(
  { jobs, revocations }: StudioContext,
  userId: string,
  record: GenerationRecord | null,
): Job | null {
  if (!record) return null;
  const job = tombstoneOf(record, userId, Date.now());
  jobs.insert(job);
  revocations.save();
  return job;
}

/**
 * The rows of these ids, each of which may be a pending one. While D1 is out it does not throw, and the object's own
 * record of ended sessions decides.
 */
export async function rowsOf(
  { jobs, db, revocations }: StudioContext,
  claim: SessionClaim,
  ids: string[],
): Promise<Rows> {
  const rowIds = new Map(ids.map((id) => [id, jobs.byAnyId(id)?.predictionId ?? id]));
  try {
    const reading = findGenerations(db, claim.userId, [...rowIds.values()]);
    const { user, records } = await bounded(reading, CANCEL_PATIENCE_MS);
    if (user) revocations.endSessions(user.sessionEpoch);
    const byId = new Map(records.map((record) => [record.id, record]));
    return {
      refusal: refusalOf(user, claim),
      isKnown: true,
      rowOf: (id) => byId.get(rowIds.get(id) ?? id) ?? null,
    };
  } catch (error) {
    if (!(error instanceof StorageUnavailable || error instanceof TimeoutError)) throw error;
    return { refusal: revocations.refusalOf(claim), isKnown: false, rowOf: () => null };
  }
}
