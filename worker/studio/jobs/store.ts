/** SQL for the object's table of jobs. */
import { hasEnded } from "../../api/generation.ts";
import { RETAIN_JOB_MS } from "../../config/limits.ts";
import { MAX_UNCOUNTED_FAILURES_PER_DAY } from "../../shared/plans.ts";
import {
  fromRow,
  isKnownTask,
  type Job,
  type JobRow,
  type UnreadableJob,
  unreadableJobOf,
  toRow,
} from "./job.ts";
import type { Schema } from "../schema.ts";
import { usesReference } from "./transitions.ts";

/** Allowed clock difference: a `next_at` later than a retained job's end plus this is invalid. */
const PLAUSIBLE_SLACK_MS = 60 * 60 * 1000;

export class Jobs {
  private readonly sql: SqlStorage;
  private readonly schema: Schema;

  constructor(sql: SqlStorage, schema: Schema) {
    this.sql = sql;
    this.schema = schema;
  }

  /** True without tables. Only an admission, a cancel or a delete creates the tables; a webhook never does. */
  get isEmpty(): boolean {
    return !this.schema.exists;
  }

  insert(job: Job): void {
    this.schema.create();
    const row = toRow(job);
    // Callers have checked for duplicates: a row that still has this key or prediction is unreadable.
    this.sql.exec("update jobs set idempotency_key = null where idempotency_key = ?", row.idempotency_key);
    this.sql.exec("delete from jobs where prediction_id = ?", row.prediction_id);
    this.sql.exec(
      `insert into jobs
         (id, user_id, prediction_id, idempotency_key, upstream, holds_slot, tasks, debts, created_at, next_at, document)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.id,
      row.user_id,
      row.prediction_id,
      row.idempotency_key,
      row.upstream,
      row.holds_slot,
      row.tasks,
      row.tasks,
      row.created_at,
      row.next_at,
      row.document,
    );
  }

  save(job: Job): void {
    const row = toRow(job);
    this.sql.exec(
      `update jobs set prediction_id = ?, idempotency_key = ?, upstream = ?, holds_slot = ?, tasks = ?, debts = ?,
         next_at = ?, document = ?
       where id = ?`,
      row.prediction_id,
      row.idempotency_key,
      row.upstream,
      row.holds_slot,
      row.tasks,
      row.tasks,
      row.next_at,
      row.document,
      row.id,
    );
  }

  delete(id: string): void {
    this.sql.exec("delete from jobs where id = ?", id);
  }

  /** Null if there is no such row, or it is unreadable. */
  get(id: string): Job | null {
    return this.one("id = ?", id);
  }

  byPrediction(id: string): Job | null {
    return this.one("prediction_id = ?", id);
  }

  /** Whether a row has this prediction, also an unreadable one. */
  hasPrediction(predictionId: string): boolean {
    return this.rows("where prediction_id = ?", predictionId).length > 0;
  }

  /** By pending id or prediction id. */
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

  /** Null if there is no such row, or it is readable. */
  unreadable(id: string): UnreadableJob | null {
    const row = this.rows("where id = ?", id)[0];
    return row && fromRow(row) === null ? unreadableJobOf(row) : null;
  }

  /** Frees the slot and the key of an unreadable row whose prediction has ended. A task keeps it until D1 is written. */
  freeUnreadable(id: string): void {
    const tasks = `iif(tasks = '[]', '["record"]', tasks)`;
    this.sql.exec(
      `update jobs set idempotency_key = null, holds_slot = 0, upstream = 'ended', tasks = ${tasks}, debts = ${tasks}
       where id = ?`,
      id,
    );
  }

  /** Drops the tasks of a freed row. It is swept at `sweepAt`. */
  closeUnreadable(id: string, sweepAt: number): void {
    this.sql.exec("update jobs set tasks = '[]', debts = '[]', next_at = ? where id = ?", sweepAt, id);
  }

  postpone(id: string, nextAt: number): void {
    this.sql.exec("update jobs set next_at = ? where id = ?", nextAt, id);
  }

  /** Whether a job may still need this upload. */
  useUpload(uploadId: string): boolean {
    return this.rows(
      "where iif(json_valid(document), document ->> '$.reference.upload', '') = ?",
      uploadId,
    ).some((row) => {
      const job = fromRow(row);
      return job !== null && usesReference(job);
    });
  }

  /** Unfinished generations, oldest first. */
  open(): Job[] {
    return this.rows("where tasks <> '[]' or holds_slot = 1 order by created_at")
      .map(fromRow)
      .filter((job) => job !== null)
      .filter((job) => !job.deleted && !hasEnded(job));
  }

  /** Slots in use by jobs admitted after `since`; older rows no longer count, whatever they say. */
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

  /**
   * Images of the jobs admitted in this period: those asked for, without the ones that a success did not return, and
   * without those of the first `MAX_UNCOUNTED_FAILURES_PER_DAY` failed jobs. A row that cannot be read counts as one.
   */
  imagesBetween(start: number, end: number): number {
    if (this.isEmpty) return 0;
    return this.sql
      .exec<{ images: number }>(
        `with admitted as (
           select created_at, iif(json_valid(document), document, '{}') as document
           from jobs where created_at >= ? and created_at < ?
         ), counted as (
           select created_at, document ->> '$.status' as status, document -> '$.outputs' as outputs,
                  max(1, coalesce(cast(document ->> '$.options.count' as integer), 1)) as asked
           from admitted
         ), failed as (
           select asked from counted where status = 'failed' order by created_at limit ?
         )
         select coalesce(sum(iif(status = 'succeeded', min(asked, coalesce(json_array_length(outputs), asked)), asked)), 0)
                - (select coalesce(sum(asked), 0) from failed) as images
         from counted`,
        start,
        end,
        MAX_UNCOUNTED_FAILURES_PER_DAY,
      )
      .one().images;
  }

  /** Generations that could have had their first D1 write before `time` and have not. Pending updates do not count. */
  unrecordedSince(time: number): number {
    if (this.isEmpty) return 0;
    return this.sql
      .exec<{ count: number }>(
        `select count(*) as count from jobs
         where prediction_id is not null and tasks like '%"record"%' and created_at < ?
           and iif(json_valid(document),
                   document ->> '$.recorded' is not 1 and coalesce(document ->> '$.confirmedAt', created_at) < ?, 0)`,
        time,
        time,
      )
      .one().count;
  }

  /** Ids of due jobs, most overdue first. */
  due(now: number, limit: number): string[] {
    if (this.isEmpty) return [];
    return this.sql
      .exec<{ id: string }>("select id from jobs where next_at <= ? order by next_at limit ?", now, limit)
      .toArray()
      .map((row) => row.id);
  }

  /** Earliest `next_at` of the jobs not in `except`; null without any. */
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
   * After a restart of the object: makes due the jobs whose create was in progress (its response is lost), and rows
   * with an invalid `next_at`: too late, or not a number (SQLite sorts those last).
   */
  recoverInterrupted(now: number): void {
    if (this.isEmpty) return;
    this.sql.exec(
      "update jobs set next_at = ? where (upstream = 'creating' and next_at > ?) or next_at > ?",
      now,
      now,
      now + RETAIN_JOB_MS + PLAUSIBLE_SLACK_MS,
    );
  }

  /** Ids of all rows, also unreadable ones. */
  ids(): string[] {
    return this.rows("").map(({ id }) => id);
  }

  /** Deletes all finished jobs, however young. Returns how many are left. */
  deleteFinished(): number {
    if (this.isEmpty) return 0;
    for (const row of this.rows("where holds_slot = 0")) {
      const job = fromRow(row);
      const isFinished = job
        ? job.upstream === "ended" && !job.tasks.some(isKnownTask)
        : unreadableJobOf(row).isClosed;
      if (isFinished) this.delete(row.id);
    }
    return this.sql.exec<{ left: number }>("select count(*) as left from jobs").one().left;
  }

  private rows(clause: string, ...values: string[]): JobRow[] {
    return this.isEmpty ? [] : this.sql.exec<JobRow>(`select * from jobs ${clause}`, ...values).toArray();
  }
}
