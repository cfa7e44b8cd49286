/** SQL for the object's table of deliveries: one event for one endpoint, with its attempts. */
import type { Position } from "../../api/cursor.ts";
import {
  DELIVERY_LIFETIME_MS,
  MAX_FINISHED_DELIVERIES,
  MAX_PENDING_DELIVERIES,
} from "../../config/limits.ts";
import type { DeliveryError, DeliveryStatus } from "../../shared/webhooks.ts";
import type { Schema } from "../schema.ts";

/** Times in milliseconds since 1970. */
export type Delivery = {
  /** The `webhook-id`, the same in every attempt. */
  id: string;
  endpointId: string;
  event: string;
  /** Null: a test. */
  jobId: string | null;
  generationId: string | null;
  /** JSON of the event, without the prompt. */
  payload: string;
  /** Null: not wanted, or the generation was deleted. */
  prompt: string | null;
  status: DeliveryStatus;
  attempts: number;
  /** Null unless pending. */
  nextAt: number | null;
  lastAttemptAt: number | null;
  /** Of the last attempt. */
  responseStatus: number | null;
  error: DeliveryError | null;
  createdAt: number;
};

export type NewDelivery = Pick<
  Delivery,
  "id" | "endpointId" | "event" | "jobId" | "generationId" | "payload" | "prompt" | "createdAt"
>;

/** How an attempt ended. `nextAt`: when to try again; null: never. */
export type Attempt = {
  status: DeliveryStatus;
  nextAt: number | null;
  responseStatus: number | null;
  error: DeliveryError | null;
};

type Row = {
  id: string;
  endpoint_id: string;
  event: string;
  job_id: string | null;
  generation_id: string | null;
  payload: string;
  prompt: string | null;
  status: string;
  attempts: number;
  next_at: number | null;
  last_attempt_at: number | null;
  response_status: number | null;
  error: string | null;
  created_at: number;
};

export class Deliveries {
  private readonly sql: SqlStorage;
  private readonly schema: Schema;

  constructor(sql: SqlStorage, schema: Schema) {
    this.sql = sql;
    this.schema = schema;
  }

  /** Due now. A job's event that the endpoint already has, and a repeated id, change nothing. */
  insert(delivery: NewDelivery): void {
    this.sql.exec(
      `insert into deliveries
         (id, endpoint_id, event, job_id, generation_id, payload, prompt, status, attempts, next_at, created_at)
       values (?, ?, ?, ?, ?, ?, ?, 'pending', 0, ?, ?)
       on conflict do nothing`,
      delivery.id,
      delivery.endpointId,
      delivery.event,
      delivery.jobId,
      delivery.generationId,
      delivery.payload,
      delivery.prompt,
      delivery.createdAt,
      delivery.createdAt,
    );
    this.dropExcess(delivery.createdAt);
  }

  get(id: string): Delivery | null {
    return this.rows("where id = ?", id)[0] ?? null;
  }

  /** Of an endpoint, newest first, after a position. */
  page(endpointId: string, limit: number, after: Position | null): Delivery[] {
    const clause = after ? "where endpoint_id = ? and (created_at, id) < (?, ?)" : "where endpoint_id = ?";
    const values = after ? [endpointId, after.createdAt, after.id, limit] : [endpointId, limit];
    return this.rows(`${clause} order by created_at desc, id desc limit ?`, ...values);
  }

  /** After an attempt. */
  saveAttempt(id: string, { status, nextAt, responseStatus, error }: Attempt, now: number): void {
    this.sql.exec(
      `update deliveries set status = ?, attempts = attempts + 1, next_at = ?, last_attempt_at = ?,
         response_status = ?, error = ?, finished_at = iif(? = 'pending', null, ?)
       where id = ?`,
      status,
      nextAt,
      now,
      responseStatus,
      error,
      status,
      now,
      id,
    );
    if (status !== "pending") this.prune(now);
  }

  /** Sends it again from the first attempt on; a pending one is due now. */
  restart(id: string, now: number): void {
    this.sql.exec(
      `update deliveries set attempts = iif(status = 'pending', attempts, 0), status = 'pending', next_at = ?,
         error = iif(status = 'pending', error, null), finished_at = null
       where id = ?`,
      now,
      id,
    );
    this.dropExcess(now);
  }

  /** The endpoint was disabled: ends its pending deliveries. */
  failPending(endpointId: string, now: number): void {
    this.sql.exec(
      `update deliveries set status = 'failed', next_at = null, error = coalesce(error, 'disabled'), finished_at = ?
       where endpoint_id = ? and status = 'pending'`,
      now,
      endpointId,
    );
    this.prune(now);
  }

  deleteOf(endpointId: string): void {
    this.sql.exec("delete from deliveries where endpoint_id = ?", endpointId);
  }

  /** The generation of a pending id has its prediction's id, the only one that a delete knows when its job is gone. */
  renameGeneration(pendingId: string, id: string): void {
    this.sql.exec("update deliveries set generation_id = ? where generation_id = ?", id, pendingId);
  }

  /** The generation was deleted: its prompt is not kept, and not sent any more. */
  forgetPrompt(generationId: string): void {
    if (!this.schema.exists) return;
    this.sql.exec("update deliveries set prompt = null where generation_id = ?", generationId);
  }

  /** The most overdue delivery, of the endpoints not in `except`. */
  nextDue(now: number, except: readonly string[]): Delivery | null {
    return (
      this.rows(
        `where status = 'pending' and next_at <= ? and endpoint_id not in (select value from json_each(?))
         order by next_at limit 1`,
        now,
        JSON.stringify(except),
      )[0] ?? null
    );
  }

  /** When the next attempt is due, of the endpoints not in `except`; null without any. */
  earliest(except: readonly string[]): number | null {
    if (!this.schema.exists) return null;
    return this.sql
      .exec<{ at: number | null }>(
        `select min(next_at) as at from deliveries
         where status = 'pending' and endpoint_id not in (select value from json_each(?))`,
        JSON.stringify(except),
      )
      .one().at;
  }

  /** When the oldest finished delivery expires; null without any. */
  get expiresAt(): number | null {
    if (!this.schema.exists) return null;
    const { at } = this.sql
      .exec<{ at: number | null }>(
        "select min(finished_at) as at from deliveries where finished_at is not null",
      )
      .one();
    return at === null ? null : at + DELIVERY_LIFETIME_MS;
  }

  /** Deletes finished deliveries over an endpoint's maximum, and old ones. */
  prune(now: number): void {
    if (!this.schema.exists) return;
    this.sql.exec(
      `delete from deliveries where finished_at <= ? or id in (
         select id from (
           select id, row_number() over (partition by endpoint_id order by finished_at desc, created_at desc) as number
           from deliveries where finished_at is not null
         ) where number > ?
       )`,
      now - DELIVERY_LIFETIME_MS,
      MAX_FINISHED_DELIVERIES,
    );
  }

  /** Too many are pending: drops the oldest. One that is due is as old as its due time, so that a restarted one is sent first. */
  private dropExcess(now: number): void {
    const { count } = this.sql
      .exec<{ count: number }>("select count(*) as count from deliveries where status = 'pending'")
      .one();
    if (count <= MAX_PENDING_DELIVERIES) return;
    this.sql.exec(
      `update deliveries set status = 'dropped', next_at = null, finished_at = ?
       where id in (select id from deliveries where status = 'pending'
                    order by iif(next_at <= ?, next_at, created_at), id limit ?)`,
      now,
      now,
      count - MAX_PENDING_DELIVERIES,
    );
    this.prune(now);
  }

  private rows(clause: string, ...values: (string | number)[]): Delivery[] {
    if (!this.schema.exists) return [];
    return this.sql
      .exec<Row>(`select * from deliveries ${clause}`, ...values)
      .toArray()
      .map((row) => ({
        id: row.id,
        endpointId: row.endpoint_id,
        event: row.event,
        jobId: row.job_id,
        generationId: row.generation_id,
        payload: row.payload,
        prompt: row.prompt,
        status: row.status as DeliveryStatus,
        attempts: row.attempts,
        nextAt: row.next_at,
        lastAttemptAt: row.last_attempt_at,
        responseStatus: row.response_status,
        error: row.error as DeliveryError | null,
        createdAt: row.created_at,
      }));
  }
}
