/**
 * One pass of an account's deletion. It is bounded, and every step is idempotent. The object's own storage, which holds the
 * deletion's state, is deleted after the last pass.
 */
import { bounded, inParallel } from "../../lib/async.ts";
import {
  deleteGenerationRows,
  deletePresetsAndCollections,
  eraseUser,
  markDeleted,
  someGenerationIds,
} from "../../db/accounts.ts";
import { MAX_FORGET_TRIES, STEP_TIMEOUT_MS } from "../../config/limits.ts";
import { removeSomeOfUser } from "../../images/delete.ts";
import { deletePrediction } from "../../skytells/client.ts";
import type { StudioContext } from "../context.ts";
import type { AccountDeletionState } from "./account-deletion-state.ts";

/** Rows per pass: each costs a request to Skytells, and an alarm has a limited number of subrequests. */
const ROWS_PER_PASS = 50;
/** Concurrent requests to Skytells. */
const WIDTH = 6;

/** Marks the user as deleted in D1, once. Throws if D1 does not answer. */
export async function markUserDeleted({ db }: StudioContext, deletion: AccountDeletionState): Promise<void> {
  const row = deletion.state;
  if (!row || row.is_marked === 1) return;
  await markDeleted(db, row.user_id, row.since);
  deletion.update({ is_marked: 1 });
}

/**
 * One pass. "gone": only the object's own storage is left. "waiting": jobs are still running. "skytells_failed": Skytells
 * rejected a delete. `isBusy`: this instance may still write. Throws if D1 or R2 does not answer.
 */
export async function deletionPass(
  context: StudioContext,
  deletion: AccountDeletionState,
  isBusy: () => boolean,
): Promise<"gone" | "more" | "waiting" | "skytells_failed"> {
  const userId = deletion.state?.user_id;
  if (userId === undefined) return "waiting";
  const { db, jobs, bindings } = context;
  await markUserDeleted(context, deletion);

  // Running jobs end first: a create may still be accepted, a file may still be written.
  const isQuiet = jobs.deleteFinished() === 0 && !isBusy();
  const ids = await someGenerationIds(db, userId, ROWS_PER_PASS);
  const free = ids.filter((id) => !jobs.hasPrediction(id));
  const forgotten = await forget(context, deletion, free);
  const removed = await bounded(removeSomeOfUser(bindings.OUTPUTS, userId), STEP_TIMEOUT_MS);
  await deleteGenerationRows(db, userId, forgotten);
  if (forgotten.length < free.length) return "skytells_failed";
  if (!isQuiet || jobs.deleteFinished() > 0 || isBusy()) {
    return forgotten.length > 0 || removed > 0 ? "more" : "waiting";
  }
  if (ids.length > 0 || removed > 0) return "more";
  await deletePresetsAndCollections(db, userId);
  await eraseUser(db, userId);
  return "gone";
}

/** Deletes predictions at Skytells. Returns the ids whose D1 rows may be deleted. */
async function forget(
  { settings }: StudioContext,
  deletion: AccountDeletionState,
  ids: string[],
): Promise<string[]> {
  const tries = deletion.state?.forget_tries ?? 0;
  const forgotten: string[] = [];
  const kept: string[] = [];
  await inParallel(ids, WIDTH, async (id) => {
    const isForgotten = await deletePrediction(settings.skytells, id);
    (isForgotten ? forgotten : kept).push(id);
  });
  if (ids.length > 0) deletion.update({ forget_tries: kept.length === 0 ? 0 : tries + 1 });
  return tries < MAX_FORGET_TRIES ? forgotten : ids;
}
