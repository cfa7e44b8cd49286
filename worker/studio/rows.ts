/** What D1 knows of the generations that a command names, and whether who asks may touch them. */
import { findGenerations } from "../db/generations.ts";
import { refusalOf, type SessionClaim } from "../db/users.ts";
import type { GenerationRecord } from "../generation.ts";
import { type Refusal, StorageUnavailable } from "../problem.ts";
import type { StudioContext } from "./context.ts";

export type Rows = {
  refusal: Refusal | null;
  /** False: D1 did not answer. What the object knows itself can be acted on; D1 is told when it is back. */
  isKnown: boolean;
  rowOf: (id: string) => GenerationRecord | null;
};

/** The rows of these ids, each of which may be a pending one. Never throws for a D1 that is out. */
export async function rowsOf({ jobs, db }: StudioContext, claim: SessionClaim, ids: string[]): Promise<Rows> {
  const rowIds = new Map(ids.map((id) => [id, jobs.byAnyId(id)?.predictionId ?? id]));
  try {
    const { user, records } = await findGenerations(db, claim.userId, [...rowIds.values()]);
    const byId = new Map(records.map((record) => [record.id, record]));
    return {
      refusal: refusalOf(user, claim),
      isKnown: true,
      rowOf: (id) => byId.get(rowIds.get(id) ?? id) ?? null,
    };
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    return { refusal: null, isKnown: false, rowOf: () => null };
  }
}
