/** API keys in D1. Every statement names the user, except the one that finds the user of a key. */
import { and, asc, eq, isNull, lt, or, sql } from "drizzle-orm";
import * as z from "zod";
import type { ApiKeyRecord } from "../api/api-key.ts";
import { MAX_API_KEYS, SCOPES } from "../shared/api-keys.ts";
import type { Database } from "./client.ts";
import { json } from "./generations.ts";
import { read, write, writeDeletion } from "./d1-call.ts";
import { hasRoom } from "./row-limit.ts";
import { apiKeys, users } from "./schema.ts";
import { type UserRead, userRead } from "./user-read.ts";
import type { UserRow } from "./users.ts";

type Row = typeof apiKeys.$inferSelect;

// A scope of a newer version is ignored.
const storedScopes = json(z.array(z.unknown()))
  .transform((scopes) => SCOPES.filter((scope) => scopes.includes(scope)))
  .catch([]);

function recordOf({ id, name, lastFour, scopes, createdAt, expiresAt, lastUsedAt }: Row): ApiKeyRecord {
  return { id, name, scopes: storedScopes.parse(scopes), lastFour, createdAt, expiresAt, lastUsedAt };
}

/** The user's keys, oldest first. */
export function apiKeysOf(db: Database, userId: string): UserRead<ApiKeyRecord[]> {
  const statement = db
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.userId, userId))
    .orderBy(asc(apiKeys.createdAt), asc(apiKeys.id));
  return userRead([statement], ([rows]) => rows.map(recordOf));
}

/** Null: the user has `MAX_API_KEYS` already, or the account is being deleted. */
export async function insertApiKey(
  db: Database,
  userId: string,
  { id, name, scopes, lastFour, createdAt, expiresAt }: ApiKeyRecord,
  digest: string,
): Promise<ApiKeyRecord | null> {
  const values = sql`select ${id}, ${userId}, ${name}, ${digest}, ${lastFour}, ${JSON.stringify(scopes)}, ${createdAt}, ${expiresAt}, null`;
  const [written] = await write(() =>
    db
      .insert(apiKeys)
      .select(sql`${values} where ${hasRoom(apiKeys, userId, id, MAX_API_KEYS)}`)
      .onConflictDoUpdate({ target: apiKeys.id, set: { name } })
      .returning(),
  );
  return written ? recordOf(written) : null;
}

/** False: the user has no such key. */
export const deleteApiKey = (db: Database, userId: string, id: string): Promise<boolean> =>
  writeDeletion(() =>
    db
      .delete(apiKeys)
      .where(and(eq(apiKeys.userId, userId), eq(apiKeys.id, id)))
      .returning({ id: apiKeys.id }),
  );

/** Returns the ids of the deleted keys. They are read first: the response of the deletion may be lost. */
export async function deleteApiKeys(db: Database, userId: string): Promise<string[]> {
  const own = eq(apiKeys.userId, userId);
  const found = await read(() => db.select({ id: apiKeys.id }).from(apiKeys).where(own));
  const deleted = await write(() => db.delete(apiKeys).where(own).returning({ id: apiKeys.id }));
  return [...new Set([...found, ...deleted].map(({ id }) => id))];
}

/** The key with this digest and its user's row, in one statement; null: there is no such key. */
export async function findApiKey(
  db: Database,
  digest: string,
): Promise<{ key: ApiKeyRecord; user: UserRow } | null> {
  const [row] = await read(() =>
    db
      .select({ key: apiKeys, user: users })
      .from(apiKeys)
      .innerJoin(users, eq(users.id, apiKeys.userId))
      .where(eq(apiKeys.digest, digest)),
  );
  return row ? { key: recordOf(row.key), user: row.user } : null;
}

/** How exact `lastUsedAt` is: a write for each request would cost more than the request. */
const USED_STEP_MS = 60 * 60 * 1000;

export const isUseRecorded = ({ lastUsedAt }: ApiKeyRecord, now: number) =>
  lastUsedAt !== null && now - lastUsedAt < USED_STEP_MS;

export async function recordUse(db: Database, id: string, now: number): Promise<void> {
  const isOlder = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, now));
  await write(() =>
    db
      .update(apiKeys)
      .set({ lastUsedAt: now })
      .where(and(eq(apiKeys.id, id), isOlder)),
  );
}
