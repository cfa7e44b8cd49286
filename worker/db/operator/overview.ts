/** What the operator's page reads of all users' generations. Each statement reads a limited number of rows. */
import { and, asc, desc, eq, gte, inArray, lt, sql } from "drizzle-orm";
import type { Database } from "../client.ts";
import { read } from "../d1-call.ts";
import { countedGenerations, generations, users } from "../schema.ts";

/** Rows that are counted: more are reported as this many. */
const MAX_COUNTED = 2_000;
const MAX_STUCK = 20;
const MAX_SAMPLED = 50;

/** The words of the partial indexes, which SQLite compares with the statement's. */
const inFlight = sql`(status = 'queued' or status = 'processing')`;
const hasFailed = sql`status = 'failed'`;

export type InFlight = { model: string; count: number; oldest: number };

/** Generations in flight by model, most first. */
export function countInFlight(db: Database): Promise<InFlight[]> {
  const { model, createdAt } = generations;
  const rows = db
    .select({ model, createdAt })
    .from(generations)
    .where(inFlight)
    .orderBy(asc(createdAt))
    .limit(MAX_COUNTED)
    .as("rows");
  return read(() =>
    db
      .select({
        model: rows.model,
        count: sql<number>`count(*)`,
        oldest: sql<number>`min(${rows.createdAt})`,
      })
      .from(rows)
      .groupBy(rows.model)
      .orderBy(sql`2 desc`),
  );
}

export type Stuck = { id: string; userId: string; model: string; createdAt: number };

/** Generations in flight that are older than `before`, oldest first. */
export function listStuck(db: Database, before: number): Promise<Stuck[]> {
  const { id, userId, model, createdAt } = generations;
  return read(() =>
    db
      .select({ id, userId, model, createdAt })
      .from(generations)
      .where(and(inFlight, lt(createdAt, before)))
      .orderBy(asc(createdAt))
      .limit(MAX_STUCK),
  );
}

export type Failures = { code: string; recent: number; count: number };

/** Failures since `since` by code, and of those the ones since `recent`. */
export function countFailures(db: Database, since: number, recent: number): Promise<Failures[]> {
  const { error, completedAt } = generations;
  const rows = db
    .select({ error, completedAt })
    .from(generations)
    .where(and(hasFailed, gte(completedAt, since)))
    .orderBy(desc(completedAt))
    .limit(MAX_COUNTED)
    .as("rows");
  return read(() =>
    db
      .select({
        code: sql<string>`coalesce(iif(json_valid(${rows.error}), ${rows.error} ->> '$.code', null), 'unknown') as code`,
        recent: sql<number>`sum(${rows.completedAt} >= ${recent})`,
        count: sql<number>`count(*)`,
      })
      .from(rows)
      .groupBy(sql`code`)
      .orderBy(sql`3 desc`),
  );
}

/** Of some generations of these days: how many ended later than `ms` after their request, so not by the create's response. */
export async function countLateEnds(db: Database, days: string[], ms: number): Promise<number> {
  const { day, generationId } = countedGenerations;
  const ids = await read(() =>
    db.select({ id: generationId }).from(countedGenerations).where(inArray(day, days)).limit(MAX_SAMPLED),
  );
  if (ids.length === 0) return 0;
  const { id, status, createdAt, completedAt } = generations;
  const [row] = await read(() =>
    db
      .select({ count: sql<number>`count(*)` })
      .from(generations)
      .where(
        and(
          inArray(
            id,
            ids.map((one) => one.id),
          ),
          eq(status, "succeeded"),
          sql`${completedAt} - ${createdAt} >= ${ms}`,
        ),
      ),
  );
  return row?.count ?? 0;
}

/** The addresses of these users, by id. */
export async function emailsOf(db: Database, ids: string[]): Promise<Map<string, string>> {
  const rows = await read(() =>
    db
      .select({ id: users.id, email: users.email })
      .from(users)
      .where(sql`${users.id} in (select value from json_each(${JSON.stringify(ids)}))`),
  );
  return new Map(rows.map(({ id, email }) => [id, email]));
}
