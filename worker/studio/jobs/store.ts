/**
 * The jobs of one user, in the object's own SQLite: all that is asked of that table, and nothing of what a job means.
 */
import { isTerminal } from "../../shared/catalog.ts";
import { TOMBSTONE_MS } from "../../config/limits.ts";
import { fromRow, type Job, type JobRow, type PoisonedJob, poisonedOf, toRow } from "./job.ts";

/** What is due later than a tombstone's end, by more than clocks differ, is due at no time that was meant. */
const PLAUSIBLE_SLACK_MS = 60 * 60 * 1000;

export class Jobs {
  private readonly sql: SqlStorage;
  private hasSchema: boolean;
  /** The schema is this version's. */
  private isCurrent = false;

  constructor(sql: SqlStorage) {
    this.sql = sql;
    this.hasSchema =
      sql.exec("select 1 from sqlite_master where type = 'table' and name = 'jobs'").toArray().length > 0;
  }

  /** True for an object that nothing was ever admitted to: it must not be written to by anything else. */
  get isEmpty(): boolean {
    return !this.hasSchema;
  }

  insert(job: Job): void {
    if (!this.isCurrent) this.createSchema();
    const row = toRow(job);
    // Whoever inserts has looked: what still has this key or prediction is a row that cannot be read.
    this.sql.exec("update jobs set idempotency_key = null where idempotency_key = ?", row.idempotency_key);
    this.sql.exec("delete from jobs where prediction_id = ?", row.prediction_id);
    this.sql.exec(
      `insert into jobs
         (id, user_id, prediction_id, idempotency_key, upstream, holds_slot, debts, created_at, next_at, document)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.id,
      row.user_id,
      row.prediction_id,
      row.idempotency_key,
      row.upstream,
      row.holds_slot,
      row.debts,
      row.created_at,
      row.next_at,
      row.document,
    );
  }

  /** Also brings what an earlier version made up to date. */
  private createSchema(): void {
    this.sql.exec(`
      create table if not exists jobs (
        id text primary key,
        user_id text not null,
        prediction_id text unique,
        idempotency_key text unique,
        upstream text not null,
        holds_slot integer not null,
        debts text not null,
        created_at integer not null,
        next_at integer not null,
        document text not null
      );
      create index if not exists jobs_by_next_at on jobs (next_at);
      create index if not exists jobs_by_slot on jobs (created_at) where holds_slot = 1;
      create index if not exists jobs_by_created_at on jobs (created_at);
    `);
    this.hasSchema = true;
    this.isCurrent = true;
  }

  save(job: Job): void {
    const row = toRow(job);
    this.sql.exec(
      `update jobs set prediction_id = ?, idempotency_key = ?, upstream = ?, holds_slot = ?, debts = ?, next_at = ?, document = ?
       where id = ?`,
      row.prediction_id,
      row.idempotency_key,
      row.upstream,
      row.holds_slot,
      row.debts,
      row.next_at,
      row.document,
      row.id,
    );
  }

  delete(id: string): void {
    this.sql.exec("delete from jobs where id = ?", id);
  }

  /** The job; null if there is none, or none that can be read. */
  get(id: string): Job | null {
    return this.one("id = ?", id);
  }

  byPrediction(id: string): Job | null {
    return this.one("prediction_id = ?", id);
  }

  /** Whether a job has this prediction, also one that cannot be read. */
  knows(predictionId: string): boolean {
    return this.rows("where prediction_id = ?", predictionId).length > 0;
  }

  /** By its own id (the pending one) or its prediction's. */
  byAnyId(id: string): Job | null {
    return this.get(id) ?? this.byPrediction(id);
  }

  byIdempotencyKey(key: string): Job | null {
    return this.one("idempotency_key = ?", key);
  }

  private one(condition: string, value: string): Job | null {
    const row = this.rows(`where ${condition}`, value)[0];
    return row ? fromRow(row) : null;
  }

  /** The job of a row that cannot be read; null if there is none, or it can. */
  poisoned(id: string): PoisonedJob | null {
    const row = this.rows("where id = ?", id)[0];
    return row && fromRow(row) === null ? poisonedOf(row) : null;
  }

  /** Ends a row that cannot be read: no slot, no debts, no key. It is swept at `sweepAt`. */
  bury(id: string, sweepAt: number): void {
    this.sql.exec(
      "update jobs set idempotency_key = null, holds_slot = 0, debts = '[]', next_at = ? where id = ?",
      sweepAt,
      id,
    );
  }

  postpone(id: string, nextAt: number): void {
    this.sql.exec("update jobs set next_at = ? where id = ?", nextAt, id);
  }

  /** What a user sees as in flight, oldest first. */
  open(): Job[] {
    return this.rows("where debts <> '[]' or holds_slot = 1 order by created_at")
      .map(fromRow)
      .filter((job) => job !== null)
      .filter((job) => !job.deleted && !isTerminal(job.status));
  }

  /** Slots in use, but for those admitted before `since`: no slot outlives its job, whatever its row says. */
  slotsSince(since: number): { inFlight: number; unconfirmed: number } {
    if (this.isEmpty) return { inFlight: 0, unconfirmed: 0 };
    return this.sql
      .exec<{ inFlight: number; unconfirmed: number }>(
        `select count(*) as inFlight,
                coalesce(sum(upstream = 'unconfirmed'), 0) as unconfirmed
         from jobs where holds_slot = 1 and created_at > ?`,
        since,
      )
      .one();
  }

  /** Jobs admitted in this time, and those of them that failed. */
  madeBetween(start: number, end: number): { admitted: number; failed: number } {
    if (this.isEmpty) return { admitted: 0, failed: 0 };
    return this.sql
      .exec<{ admitted: number; failed: number }>(
        `select count(*) as admitted,
                coalesce(sum(iif(json_valid(document), document ->> '$.status' = 'failed', 0)), 0) as failed
         from jobs where created_at >= ? and created_at < ?`,
        start,
        end,
      )
      .one();
  }

  /**
   * Generations whose D1 row could have been written before this time and never was. An update that is pending does
   * not count: the row is there, and the day's count with it.
   */
  unrecordedSince(time: number): number {
    if (this.isEmpty) return 0;
    return this.sql
      .exec<{ count: number }>(
        `select count(*) as count from jobs
         where prediction_id is not null and debts like '%"record"%' and created_at < ?
           and iif(json_valid(document),
                   document ->> '$.recorded' is not 1 and coalesce(document ->> '$.confirmedAt', created_at) < ?, 0)`,
        time,
        time,
      )
      .one().count;
  }

  /** Ids of jobs whose time has come, most overdue first. */
  due(now: number, limit: number): string[] {
    if (this.isEmpty) return [];
    return this.sql
      .exec<{ id: string }>("select id from jobs where next_at <= ? order by next_at limit ?", now, limit)
      .toArray()
      .map((row) => row.id);
  }

  /** When the next job but these wants attention; null when none ever will. */
  earliest(except: string[] = []): number | null {
    if (this.isEmpty) return null;
    return this.sql
      .exec<{ at: number | null }>(
        "select min(next_at) as at from jobs where id not in (select value from json_each(?))",
        JSON.stringify(except),
      )
      .one().at;
  }

  /**
   * Makes due what was being created when the object last lost its memory (nobody waits for that answer now), and
   * what is due at no time that this code sets: a later one, or none that is a number (SQLite sorts those last).
   */
  wakeStranded(now: number): void {
    if (this.isEmpty) return;
    this.sql.exec(
      "update jobs set next_at = ? where (upstream = 'creating' and next_at > ?) or next_at > ?",
      now,
      now,
      now + TOMBSTONE_MS + PLAUSIBLE_SLACK_MS,
    );
  }

  /** The object's storage is gone. */
  wiped(): void {
    this.hasSchema = false;
    this.isCurrent = false;
  }

  /** Every job's id. */
  ids(): string[] {
    return this.rows("").map(({ id }) => id);
  }

  /** Deletes the jobs that have ended and owe nothing, whether their day is over or not; how many are left. */
  sweepEnded(): number {
    if (this.isEmpty) return 0;
    const idle = this.rows("where holds_slot = 0 and debts = '[]'");
    for (const row of idle) {
      // One that cannot be read, and is buried, ends no more.
      if (row.upstream === "ended" || fromRow(row) === null) this.delete(row.id);
    }
    return this.sql.exec<{ left: number }>("select count(*) as left from jobs").one().left;
  }

  private rows(clause: string, ...values: string[]): JobRow[] {
    return this.isEmpty ? [] : this.sql.exec<JobRow>(`select * from jobs ${clause}`, ...values).toArray();
  }
}
