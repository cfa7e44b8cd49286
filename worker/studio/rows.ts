/** Reads the D1 rows that a command names, and checks that the session may change them. */
import { bounded, TimeoutError } from "../lib/async.ts";
import { findGenerations } from "../db/generations.ts";
import type { SessionClaim } from "../db/users.ts";
import { principalOf } from "../auth/principal.ts";
import { CANCEL_WAIT_MS } from "../config/limits.ts";
import type { GenerationRecord } from "../api/generation.ts";
import { type Refusal, StorageUnavailable } from "../api/problem.ts";
import type { StudioContext } from "./context.ts";
import type { Job } from "./jobs/job.ts";
import { retainedJobOf } from "./jobs/transitions.ts";

export type Rows = {
  refusal: Refusal | null;
  /** False: D1 did not answer. Commands then apply to the object's own jobs; D1 is written later. */
  isKnown: boolean;
  rowOf: (id: string) => GenerationRecord | null;
};

/** Inserts a job for a generation whose job was swept or is unreadable, to hold the pending tasks of a cancel or delete. */
export function insertRetainedJob(
  { jobs, revocations, now }: StudioContext,
  userId: string,
  record: GenerationRecord | null,
): Job | null {
  if (!record) return null;
  const job = retainedJobOf(record, userId, now());
  jobs.insert(job);
  revocations.save();
  return job;
}

/**
 * The rows with these ids; an id may be a pending id. Does not throw while D1 is unavailable: then `revocations`
 * decides whether the session is valid.
 */
export async function findRows(
  { jobs, db, revocations }: StudioContext,
  claim: SessionClaim,
  ids: string[],
): Promise<Rows> {
  const rowIds = new Map(ids.map((id) => [id, jobs.byAnyId(id)?.predictionId ?? id]));
  try {
    const reading = findGenerations(db, claim.userId, [...rowIds.values()]);
    const { user, records } = await bounded(reading, CANCEL_WAIT_MS);
    if (user) revocations.endSessions(user.sessionEpoch);
    const byId = new Map(records.map((record) => [record.id, record]));
    const principal = principalOf(user, claim);
    return {
      refusal: principal.ok ? null : principal.refusal,
      isKnown: true,
      rowOf: (id) => byId.get(rowIds.get(id) ?? id) ?? null,
    };
  } catch (error) {
    if (!(error instanceof StorageUnavailable || error instanceof TimeoutError)) throw error;
    return { refusal: revocations.refusalOf(claim), isKnown: false, rowOf: () => null };
  }
}
