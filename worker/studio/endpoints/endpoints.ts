/** SQL for the object's table of webhook endpoints. */
import { MAX_ENDPOINTS, type DisabledReason } from "../../shared/webhooks.ts";
import type { Schema } from "../schema.ts";

/** Times in milliseconds since 1970. */
export type Endpoint = {
  id: string;
  url: string;
  includePrompt: boolean;
  /** The studio's origin when the endpoint was saved, for a studio without PUBLIC_URL. */
  origin: string;
  /** Sealed (`sealSecret`). */
  secret: string;
  /** The secret before the last rotation; it signs too until `previousUntil`. */
  previousSecret: string | null;
  previousUntil: number | null;
  /** Null: enabled. */
  disabledReason: DisabledReason | null;
  /** The first failed attempt since the last delivery that succeeded. */
  failingSince: number | null;
  createdAt: number;
};

type Row = {
  id: string;
  url: string;
  include_prompt: number;
  origin: string;
  secret: string;
  previous_secret: string | null;
  previous_until: number | null;
  disabled_reason: string | null;
  failing_since: number | null;
  created_at: number;
};

export class Endpoints {
  private readonly sql: SqlStorage;
  private readonly schema: Schema;

  constructor(sql: SqlStorage, schema: Schema) {
    this.sql = sql;
    this.schema = schema;
  }

  /** All endpoints, oldest first. */
  list(): Endpoint[] {
    return this.rows("order by created_at, id");
  }

  get(id: string): Endpoint | null {
    return this.rows("where id = ?", id)[0] ?? null;
  }

  /** Can be repeated. False: the user has `MAX_ENDPOINTS` already. */
  insert(endpoint: Endpoint): boolean {
    this.schema.create();
    if (this.get(endpoint.id)) return true;
    if (this.list().length >= MAX_ENDPOINTS) return false;
    this.save(endpoint);
    return true;
  }

  save(endpoint: Endpoint): void {
    this.sql.exec(
      `insert or replace into webhook_endpoints
         (id, url, include_prompt, origin, secret, previous_secret, previous_until, disabled_reason, failing_since,
          created_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      endpoint.id,
      endpoint.url,
      endpoint.includePrompt ? 1 : 0,
      endpoint.origin,
      endpoint.secret,
      endpoint.previousSecret,
      endpoint.previousUntil,
      endpoint.disabledReason,
      endpoint.failingSince,
      endpoint.createdAt,
    );
  }

  delete(id: string): void {
    this.sql.exec("delete from webhook_endpoints where id = ?", id);
  }

  private rows(clause: string, ...values: string[]): Endpoint[] {
    if (!this.schema.exists) return [];
    return this.sql
      .exec<Row>(`select * from webhook_endpoints ${clause}`, ...values)
      .toArray()
      .map((row) => ({
        id: row.id,
        url: row.url,
        includePrompt: row.include_prompt === 1,
        origin: row.origin,
        secret: row.secret,
        previousSecret: row.previous_secret,
        previousUntil: row.previous_until,
        disabledReason: row.disabled_reason as DisabledReason | null,
        failingSince: row.failing_since,
        createdAt: row.created_at,
      }));
  }
}
