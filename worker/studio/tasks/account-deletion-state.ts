/**
 * State and passes of an account's deletion.
 *
 * Invariant: once `begin` is on disk, everything of the user is deleted, whatever is interrupted. The alarm repeats
 * passes until one finds nothing; the object's own storage, which holds this state, is deleted last. A pass is bounded
 * and every step is idempotent.
 */
import { bounded, inParallel } from "../../lib/async.ts";
import { deleteGenerations, eraseUser, markDeleted, someGenerationIds } from "../../db/accounts.ts";
import { MAX_FORGET_TRIES, STEP_TIMEOUT_MS } from "../../config/limits.ts";
import { removeSomeOfUser } from "../../images/delete.ts";
import { deletePrediction } from "../../skytells/client.ts";
import type { StudioContext } from "../context.ts";
import { hasTable, type Schema } from "../schema.ts";

/** Rows per pass: each costs a request to Skytells, and an alarm has a limited number of subrequests. */
const ROWS_A_PASS = 50;
/** Concurrent requests to Skytells. */
const WIDTH = 6;
const MAX_BACKOFF_MS = 60_000;
/** Delay before the next pass while jobs are still running. */
const WAIT_MS = 1_000;

const backoffMs = (tries: number) => Math.min(MAX_BACKOFF_MS, 1000 * 2 ** Math.min(tries, 6));

type Row = {
  user_id: string;
  since: number;
  is_marked: number;
  next_at: number;
  attempts: number;
  forget_tries: number;
};

/** The deletion's progress: one row in the object's SQLite. */
export class AccountDeletionState {
  private readonly sql: SqlStorage;
  private readonly schema: Schema;
  private row: Row | null;

  constructor(sql: SqlStorage, schema: Schema) {
    this.sql = sql;
    this.schema = schema;
    this.row = hasTable(sql, "closing")
      ? (sql.exec<Row>("select * from closing").toArray()[0] ?? null)
      : null;
  }

  get isUnderWay(): boolean {
    return this.row !== null;
  }

  /** When the next pass is due; null if no deletion is in progress. */
  get nextAt(): number | null {
    return this.row?.next_at ?? null;
  }

  get state(): Row | null {
    return this.row;
  }

  begin(userId: string, now: number): void {
    if (this.row) return this.save({ ...this.row, next_at: now });
    this.schema.create();
    this.save({ user_id: userId, since: now, is_marked: 0, next_at: now, attempts: 0, forget_tries: 0 });
  }

  update(change: Partial<Row>): void {
    if (this.row) this.save({ ...this.row, ...change });
  }

  /** Schedules the next pass with backoff. */
  failed(now: number): void {
    const attempts = (this.row?.attempts ?? 0) + 1;
    this.update({ attempts, next_at: now + backoffMs(attempts) });
  }

  /** Schedules the next pass after a completed one. */
  passed(outcome: "more" | "waiting" | "skytells_failed", now: number): void {
    const wait = { more: 0, waiting: WAIT_MS, skytells_failed: backoffMs((this.row?.forget_tries ?? 1) - 1) };
    this.update({ attempts: 0, next_at: now + wait[outcome] });
  }

  /** After the object's storage was deleted. */
  reset(): void {
    this.row = null;
  }

  private save(row: Row): void {
    this.row = row;
    this.sql.exec(
      "insert or replace into closing (user_id, since, is_marked, next_at, attempts, forget_tries) values (?, ?, ?, ?, ?, ?)",
      row.user_id,
      row.since,
      row.is_marked,
      row.next_at,
      row.attempts,
      row.forget_tries,
    );
  }
}

/** Marks the user as deleted in D1, once. Throws if D1 does not answer. */
export async function markUserDeleted({ db }: StudioContext, closing: AccountDeletionState): Promise<void> {
  const row = closing.state;
  if (!row || row.is_marked === 1) return;
  await markDeleted(db, row.user_id, row.since);
  closing.update({ is_marked: 1 });
}

/**
 * One pass. "gone": only the object's own storage is left. "waiting": jobs are still running. "skytells_failed": Skytells
 * rejected a delete. `isBusy`: this instance may still write. Throws if D1 or R2 does not answer.
 */
export async function deletionPass(
  context: StudioContext,
  closing: AccountDeletionState,
  isBusy: () => boolean,
): Promise<"gone" | "more" | "waiting" | "skytells_failed"> {
  const userId = closing.state?.user_id;
  if (userId === undefined) return "waiting";
  const { db, jobs, bindings } = context;
  await markUserDeleted(context, closing);

  // Running jobs end first: a create may still be accepted, a file may still be written.
  const isQuiet = jobs.deleteFinished() === 0 && !isBusy();
  const ids = await someGenerationIds(db, userId, ROWS_A_PASS);
  const free = ids.filter((id) => !jobs.hasPrediction(id));
  const forgotten = await forget(context, closing, free);
  const removed = await bounded(removeSomeOfUser(bindings.OUTPUTS, userId), STEP_TIMEOUT_MS);
  await deleteGenerations(db, userId, forgotten);
  if (forgotten.length < free.length) return "skytells_failed";
  if (!isQuiet || jobs.deleteFinished() > 0 || isBusy()) {
    return forgotten.length > 0 || removed > 0 ? "more" : "waiting";
  }
  if (ids.length > 0 || removed > 0) return "more";
  await eraseUser(db, userId);
  return "gone";
}

/** Deletes predictions at Skytells. Returns the ids whose D1 rows may be deleted. */
async function forget(
  { settings }: StudioContext,
  closing: AccountDeletionState,
  ids: string[],
): Promise<string[]> {
  const tries = closing.state?.forget_tries ?? 0;
  const forgotten: string[] = [];
  const kept: string[] = [];
  await inParallel(ids, WIDTH, async (id) => {
    const isForgotten = await deletePrediction(settings.skytells, id);
    (isForgotten ? forgotten : kept).push(id);
  });
  if (ids.length > 0) closing.update({ forget_tries: kept.length === 0 ? 0 : tries + 1 });
  return tries < MAX_FORGET_TRIES ? forgotten : ids;
}
