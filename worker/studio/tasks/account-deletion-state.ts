/**
 * Deleting an account.
 *
 * Promise: once `begin` is on disk, everything of the user goes, whatever ends in between: the alarm repeats passes until
 * one finds nothing left, and the object's own storage, which is what remembers that, goes last. A pass is bounded, and
 * each step of it can be repeated.
 */
import { bounded, inParallel } from "../../lib/async.ts";
import { deleteGenerations, eraseUser, markDeleted, someGenerationIds } from "../../db/accounts.ts";
import { MAX_FORGET_TRIES, STEP_TIMEOUT_MS } from "../../config/limits.ts";
import { removeSomeOfUser } from "../../images/delete.ts";
import { deletePrediction } from "../../skytells/client.ts";
import type { StudioContext } from "../context.ts";

/** Rows a pass: each is a request to Skytells, and an alarm has a bounded number of those. */
const ROWS_A_PASS = 50;
/** Requests to Skytells side by side. */
const WIDTH = 6;
const MAX_BACKOFF_MS = 60_000;
/** How long a pass waits for what is still under way. */
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

/** That this account is being deleted, and how far that is: one row in the object's own SQLite. */
export class Closing {
  private readonly sql: SqlStorage;
  private row: Row | null;

  constructor(sql: SqlStorage) {
    this.sql = sql;
    const isThere =
      sql.exec("select 1 from sqlite_master where type = 'table' and name = 'closing'").toArray().length > 0;
    this.row = isThere ? (sql.exec<Row>("select * from closing").toArray()[0] ?? null) : null;
  }

  get isUnderWay(): boolean {
    return this.row !== null;
  }

  /** When the next pass is due; null where nothing is being deleted. */
  get nextAt(): number | null {
    return this.row?.next_at ?? null;
  }

  get state(): Row | null {
    return this.row;
  }

  begin(userId: string, now: number): void {
    if (this.row) return this.save({ ...this.row, next_at: now });
    this.sql.exec(`create table if not exists closing (
      user_id text primary key, since integer not null, is_marked integer not null,
      next_at integer not null, attempts integer not null, forget_tries integer not null)`);
    this.save({ user_id: userId, since: now, is_marked: 0, next_at: now, attempts: 0, forget_tries: 0 });
  }

  /** `change`: what is otherwise now. */
  update(change: Partial<Row>): void {
    if (this.row) this.save({ ...this.row, ...change });
  }

  /** The last pass failed: the next waits, longer each time. */
  failed(now: number): void {
    const attempts = (this.row?.attempts ?? 0) + 1;
    this.update({ attempts, next_at: now + backoffMs(attempts) });
  }

  /** The last pass ended so: when the next is. */
  passed(outcome: "more" | "waiting" | "unheard", now: number): void {
    const wait = { more: 0, waiting: WAIT_MS, unheard: backoffMs((this.row?.forget_tries ?? 1) - 1) };
    this.update({ attempts: 0, next_at: now + wait[outcome] });
  }

  /** The object's storage is gone. */
  wiped(): void {
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

/** Shuts the door in D1, unless that is done. Throws where D1 does not answer. */
export async function shutDoor({ db }: StudioContext, closing: Closing): Promise<void> {
  const row = closing.state;
  if (!row || row.is_marked === 1) return;
  await markDeleted(db, row.user_id, row.since);
  closing.update({ is_marked: 1 });
}

/**
 * One pass. "gone": nothing of the user is left but the object's own storage; "waiting" for what is under way; "unheard":
 * Skytells did not take every delete. `isBusy`: something in this instance may still write. Throws where a store does not
 * answer.
 */
export async function closingPass(
  context: StudioContext,
  closing: Closing,
  isBusy: () => boolean,
): Promise<"gone" | "more" | "waiting" | "unheard"> {
  const userId = closing.state?.user_id;
  if (userId === undefined) return "waiting";
  const { db, jobs, bindings } = context;
  await shutDoor(context, closing);

  // What is under way ends first: a create may come back, a copy may still be written.
  const isQuiet = jobs.sweepEnded() === 0 && !isBusy();
  const ids = await someGenerationIds(db, userId, ROWS_A_PASS);
  const free = ids.filter((id) => !jobs.knows(id));
  const forgotten = await forget(context, closing, free);
  const removed = await bounded(removeSomeOfUser(bindings.OUTPUTS, userId), STEP_TIMEOUT_MS);
  await deleteGenerations(db, userId, forgotten);
  if (forgotten.length < free.length) return "unheard";
  if (!isQuiet || jobs.sweepEnded() > 0 || isBusy()) {
    return forgotten.length > 0 || removed > 0 ? "more" : "waiting";
  }
  if (ids.length > 0 || removed > 0) return "more";
  await eraseUser(db, userId);
  return "gone";
}

/** Has Skytells delete these; the ids of those that may go here too. */
async function forget({ settings }: StudioContext, closing: Closing, ids: string[]): Promise<string[]> {
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
