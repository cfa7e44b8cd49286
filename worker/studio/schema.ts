/**
 * Numbered migrations of the object's SQLite schema. They run without an await, in one transaction, before anything else
 * uses the tables.
 *
 * Invariant: an empty object stays empty until `create`. A version that is older than the schema uses it unchanged, so
 * the version before each migration must be able to read and write what the migration leaves.
 */
const MIGRATIONS: readonly string[] = [
  `create table jobs (
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
   create index jobs_by_next_at on jobs (next_at);
   create index jobs_by_slot on jobs (created_at) where holds_slot = 1;
   create index jobs_by_created_at on jobs (created_at);`,
  // The version before reads and writes `debts` alone: this version writes both, and the triggers follow what an older one
  // writes after a rollback. A later migration may drop `debts`.
  `alter table jobs add column tasks text not null default '[]';
   update jobs set tasks = debts;
   create trigger jobs_debts_inserted after insert on jobs when new.tasks <> new.debts
     begin update jobs set tasks = new.debts where id = new.id; end;
   create trigger jobs_debts_updated after update of debts on jobs when new.tasks <> new.debts
     begin update jobs set tasks = new.debts where id = new.id; end;
   create table if not exists revocations (
     id integer primary key check (id = 1),
     min_epoch integer not null,
     is_suspended integer not null
   );
   create table if not exists closing (
     user_id text primary key,
     since integer not null,
     is_marked integer not null,
     next_at integer not null,
     attempts integer not null,
     forget_tries integer not null
   );`,
  // The version before ignores it: after a rollback, uploads stay until this version runs again.
  `create table if not exists uploads (
     id text primary key,
     state text not null,
     created_at integer not null,
     expires_at integer not null,
     next_at integer not null,
     attempts integer not null default 0,
     width integer,
     height integer,
     bytes integer
   );
   create index if not exists uploads_by_next_at on uploads (next_at);`,
  // The version before ignores them: after a rollback, generations that end make no deliveries.
  `create table if not exists webhook_endpoints (
     id text primary key,
     url text not null,
     include_prompt integer not null,
     origin text not null,
     secret text not null,
     previous_secret text,
     previous_until integer,
     disabled_reason text,
     failing_since integer,
     created_at integer not null
   );
   create table if not exists deliveries (
     id text primary key,
     endpoint_id text not null,
     event text not null,
     job_id text,
     generation_id text,
     payload text not null,
     prompt text,
     status text not null,
     attempts integer not null,
     next_at integer,
     last_attempt_at integer,
     response_status integer,
     error text,
     created_at integer not null,
     finished_at integer,
     unique (endpoint_id, job_id, event)
   );
   create index if not exists deliveries_by_next_at on deliveries (next_at) where status = 'pending';
   create index if not exists deliveries_by_endpoint on deliveries (endpoint_id, created_at, id);
   create index if not exists deliveries_by_finished_at on deliveries (finished_at) where finished_at is not null;
   create index if not exists deliveries_by_generation on deliveries (generation_id);`,
];

export class Schema {
  private readonly storage: DurableObjectStorage;
  private version: number;

  constructor(storage: DurableObjectStorage) {
    this.storage = storage;
    this.version = storedVersion(storage.sql);
    if (this.exists) this.migrate();
  }

  /** False for an empty object. */
  get exists(): boolean {
    return this.version > 0;
  }

  /** Creates the tables of an empty object. */
  create(): void {
    if (!this.exists) this.migrate();
  }

  /** After the object's storage was deleted. */
  reset(): void {
    this.version = 0;
  }

  private migrate(): void {
    const pending = MIGRATIONS.slice(this.version);
    if (pending.length === 0) return;
    const { sql } = this.storage;
    this.storage.transactionSync(() => {
      for (const migration of pending) sql.exec(migration);
      sql.exec(
        "create table if not exists schema_version (id integer primary key check (id = 1), version integer not null)",
      );
      sql.exec("insert or replace into schema_version (id, version) values (1, ?)", MIGRATIONS.length);
    });
    this.version = MIGRATIONS.length;
  }
}

/** 0: empty. Objects from before the migrations were numbered have the first one's tables. */
function storedVersion(sql: SqlStorage): number {
  if (hasTable(sql, "schema_version")) {
    return sql.exec<{ version: number }>("select version from schema_version").one().version;
  }
  return hasTable(sql, "jobs") ? 1 : 0;
}

export function hasTable(sql: SqlStorage, name: string): boolean {
  return sql.exec("select 1 from sqlite_master where type = 'table' and name = ?", name).toArray().length > 0;
}
