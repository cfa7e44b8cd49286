/**
 * SQL for the object's table of uploads: reference images that the user has uploaded. A row exists before its file in R2
 * and is deleted after it, so that no file is left behind.
 */
import { MAX_UNUSED_UPLOADS, UPLOAD_GIVEN_UP_MS, UPLOAD_LIFETIME_MS } from "../config/limits.ts";
import type { Schema } from "./schema.ts";

/** `storing`: the Worker is writing the file. `used`: a generation has been made with it. */
type State = "storing" | "ready" | "used";

/** Times in milliseconds since the epoch. `nextAt`: when the upload is deleted. */
type Upload = { id: string; state: State; expiresAt: number; nextAt: number };
type Row = { id: string; state: string; expires_at: number; next_at: number };

export type UploadedImage = { width: number; height: number; bytes: number };

const MAX_BACKOFF_MS = 60 * 60 * 1000;

export class Uploads {
  private readonly sql: SqlStorage;
  private readonly schema: Schema;

  constructor(sql: SqlStorage, schema: Schema) {
    this.sql = sql;
    this.schema = schema;
  }

  /** Inserts the row of a file that is about to be stored; can be repeated. False: the user has too many. */
  reserve(id: string, now: number): boolean {
    if (this.get(id)) return true;
    this.schema.create();
    const { count } = this.sql
      .exec<{ count: number }>("select count(*) as count from uploads where state <> 'used'")
      .one();
    if (count >= MAX_UNUSED_UPLOADS) return false;
    const givenUpAt = now + UPLOAD_GIVEN_UP_MS;
    this.sql.exec(
      "insert into uploads (id, state, created_at, expires_at, next_at) values (?, 'storing', ?, ?, ?)",
      id,
      now,
      givenUpAt,
      givenUpAt,
    );
    return true;
  }

  /** The file is in R2. Returns when the upload expires; null if it was given up. */
  complete(id: string, { width, height, bytes }: UploadedImage, now: number): number | null {
    const upload = this.get(id);
    if (!upload || upload.nextAt <= now) return null;
    if (upload.state !== "storing") return upload.expiresAt;
    const expiresAt = now + UPLOAD_LIFETIME_MS;
    this.sql.exec(
      "update uploads set state = 'ready', expires_at = ?, next_at = ?, width = ?, height = ?, bytes = ? where id = ?",
      expiresAt,
      expiresAt,
      width,
      height,
      bytes,
      id,
    );
    return expiresAt;
  }

  /** Whether a generation can use it now. */
  isUsable(id: string, now: number): boolean {
    const upload = this.get(id);
    return upload !== null && upload.state !== "storing" && upload.nextAt > now;
  }

  /** A job uses it, until `until` at the latest. */
  use(id: string, until: number): void {
    this.sql.exec(
      "update uploads set state = 'used', next_at = iif(state = 'used', max(next_at, ?), ?) where id = ?",
      until,
      until,
      id,
    );
  }

  /** The create was rejected: the upload can be used again. */
  keep(id: string): void {
    this.sql.exec("update uploads set state = 'ready', next_at = expires_at where id = ?", id);
  }

  /** Due for deletion at once. */
  drop(id: string, now: number): void {
    if (this.schema.exists) this.sql.exec("update uploads set next_at = ? where id = ?", now, id);
  }

  delete(id: string): void {
    this.sql.exec("delete from uploads where id = ?", id);
  }

  postpone(id: string, at: number): void {
    this.sql.exec("update uploads set next_at = ? where id = ?", at, id);
  }

  /** After a failed delete of the file. */
  retryLater(id: string, now: number): void {
    this.sql.exec(
      "update uploads set attempts = attempts + 1, next_at = ? + min(?, 1000 << min(attempts, 20)) where id = ?",
      now,
      MAX_BACKOFF_MS,
      id,
    );
  }

  due(now: number): string[] {
    if (!this.schema.exists) return [];
    return this.sql
      .exec<{ id: string }>("select id from uploads where next_at <= ? order by next_at limit 50", now)
      .toArray()
      .map(({ id }) => id);
  }

  /** When the next one is deleted; null without any. */
  get nextAt(): number | null {
    if (!this.schema.exists) return null;
    return this.sql.exec<{ at: number | null }>("select min(next_at) as at from uploads").one().at;
  }

  /** Whether a Worker may still be writing a file. */
  get isStoring(): boolean {
    if (!this.schema.exists) return false;
    return this.sql.exec("select 1 from uploads where state = 'storing' limit 1").toArray().length > 0;
  }

  private get(id: string): Upload | null {
    if (!this.schema.exists) return null;
    const row = this.sql
      .exec<Row>("select id, state, expires_at, next_at from uploads where id = ?", id)
      .toArray()[0];
    if (!row) return null;
    return { id, state: row.state as State, expiresAt: row.expires_at, nextAt: row.next_at };
  }
}
