/**
 * The stored progress of an account's deletion, and when its next pass is due.
 *
 * Invariant: once `begin` is on disk, everything of the user is deleted, whatever is interrupted: the alarm repeats
 * passes (account-deletion-pass.ts) until one finds nothing.
 */
import { hasTable, type Schema } from "../schema.ts";

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

  /** After a failed pass: schedules the next one with backoff. */
  scheduleRetry(now: number): void {
    const attempts = (this.row?.attempts ?? 0) + 1;
    this.update({ attempts, next_at: now + backoffMs(attempts) });
  }

  /** After a completed pass: schedules the next one. */
  scheduleNextPass(outcome: "more" | "waiting" | "skytells_failed", now: number): void {
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
