/** What the OAuth provider stores in D1, as keys and values; and a user's grants among them. */
import { and, asc, eq, gt, gte, inArray, isNull, lt, lte, or, sql } from "drizzle-orm";
import * as z from "zod";
import type { GrantRecord } from "../api/connected-app.ts";
import type { Database } from "./client.ts";
import { json } from "./generations.ts";
import { read, write, writeDeletion } from "./d1-call.ts";
import { oauthEntries } from "./schema.ts";
import { type UserRead, userRead } from "./user-read.ts";

export type OAuthEntry = typeof oauthEntries.$inferSelect;

/** Expired rows removed with each write: more than one is added. */
const SWEPT_AT_ONCE = 20;

const secondsNow = () => Math.floor(Date.now() / 1000);

const isAlive = () => or(isNull(oauthEntries.expiresAt), gt(oauthEntries.expiresAt, secondsNow()));

/** All keys with this prefix, which ends with a colon: a semicolon is the next character. */
const hasPrefix = (prefix: string) =>
  and(gte(oauthEntries.key, prefix), lt(oauthEntries.key, `${prefix.slice(0, -1)};`));

export async function findEntry(db: Database, key: string): Promise<OAuthEntry | null> {
  const [entry] = await read(() =>
    db
      .select()
      .from(oauthEntries)
      .where(and(eq(oauthEntries.key, key), isAlive())),
  );
  return entry ?? null;
}

/** The statement that removes some entries that have expired. */
export function sweepEntries(db: Database) {
  const expired = db
    .select({ key: oauthEntries.key })
    .from(oauthEntries)
    .where(lte(oauthEntries.expiresAt, secondsNow()))
    .limit(SWEPT_AT_ONCE);
  return db.delete(oauthEntries).where(sql`${oauthEntries.key} in ${expired}`);
}

/** Writes an entry, and removes some that have expired. */
export async function putEntry(db: Database, entry: OAuthEntry): Promise<void> {
  await write(() =>
    db.batch([
      db.insert(oauthEntries).values(entry).onConflictDoUpdate({ target: oauthEntries.key, set: entry }),
      sweepEntries(db),
    ]),
  );
}

/** Writes an entry only while another one exists. Returns whether it does. */
export async function putEntryOf(db: Database, entry: OAuthEntry, owner: string): Promise<boolean> {
  const { key, value, metadata, expiresAt } = entry;
  const isOwned = sql`exists (select 1 from ${oauthEntries} where ${eq(oauthEntries.key, owner)})`;
  const values = sql`select ${key}, ${value}, ${metadata}, ${expiresAt} where ${isOwned}`;
  const [written] = await write(() =>
    db.batch([
      db
        .insert(oauthEntries)
        .select(values)
        .onConflictDoUpdate({ target: oauthEntries.key, set: entry })
        .returning({ key: oauthEntries.key }),
      sweepEntries(db),
    ]),
  );
  return written.length > 0;
}

/** Changes an entry that still exists, with `expected` only if it still has this value. Returns whether it did. */
export async function changeEntry(
  db: Database,
  { key, ...set }: OAuthEntry,
  expected?: string,
): Promise<boolean> {
  // The value that is written too: a repeated write may have been applied before.
  const isExpected = expected === undefined ? undefined : inArray(oauthEntries.value, [expected, set.value]);
  const changed = await write(() =>
    db
      .update(oauthEntries)
      .set(set)
      .where(and(eq(oauthEntries.key, key), isExpected))
      .returning({ key: oauthEntries.key }),
  );
  return changed.length > 0;
}

export async function deleteEntry(db: Database, key: string): Promise<void> {
  await write(() => db.delete(oauthEntries).where(eq(oauthEntries.key, key)));
}

/** Entries in the order of their keys. `after`: the last key of the page before. */
export async function listEntries(
  db: Database,
  { prefix, after, limit }: { prefix: string; after: string; limit: number },
): Promise<OAuthEntry[]> {
  return read(() =>
    db
      .select()
      .from(oauthEntries)
      .where(and(hasPrefix(prefix), gt(oauthEntries.key, after), isAlive()))
      .orderBy(asc(oauthEntries.key))
      .limit(limit),
  );
}

/** As the provider writes it; `metadata` is what the consent page adds. Times in seconds. */
const storedGrant = json(
  z.object({
    id: z.string(),
    scope: z.array(z.string()),
    metadata: z.object({ name: z.string(), redirectHost: z.string() }),
    createdAt: z.number(),
    expiresAt: z.number().optional(),
  }),
).transform(({ id, scope, metadata, createdAt, expiresAt }): GrantRecord => {
  const ends = expiresAt === undefined ? null : expiresAt * 1000;
  return { id, ...metadata, scopes: scope, createdAt: createdAt * 1000, expiresAt: ends };
});

const ownGrants = (userId: string) => hasPrefix(`grant:${userId}:`);

/** The apps that the user has connected, oldest first. */
export function grantsOf(db: Database, userId: string): UserRead<GrantRecord[]> {
  const statement = db
    .select()
    .from(oauthEntries)
    .where(and(ownGrants(userId), isAlive()));
  return userRead([statement], ([rows]) =>
    rows
      .flatMap(({ value }) => storedGrant.safeParse(value).data ?? [])
      .toSorted((a, b) => a.createdAt - b.createdAt),
  );
}

/** The statements that delete everything of a user, or of one grant. */
export function grantDeletions(db: Database, userId: string, grantId?: string) {
  const [grants, tokens] =
    grantId === undefined
      ? [ownGrants(userId), hasPrefix(`token:${userId}:`)]
      : [eq(oauthEntries.key, `grant:${userId}:${grantId}`), hasPrefix(`token:${userId}:${grantId}:`)];
  return [
    db.delete(oauthEntries).where(tokens),
    db.delete(oauthEntries).where(grants).returning({ key: oauthEntries.key }),
  ] as const;
}

/** Ends a grant with its tokens. False: the user has no such grant. */
export const deleteGrant = (db: Database, userId: string, grantId: string): Promise<boolean> =>
  writeDeletion(async () => (await db.batch(grantDeletions(db, userId, grantId)))[1]);

/** Ends all grants of a user, with their tokens. Returns their ids, read first: the response of the deletion may be lost. */
export async function deleteGrants(db: Database, userId: string): Promise<string[]> {
  const found = await read(() =>
    db.select({ key: oauthEntries.key }).from(oauthEntries).where(ownGrants(userId)),
  );
  const [, deleted] = await write(() => db.batch(grantDeletions(db, userId)));
  return [...new Set([...found, ...deleted].map(({ key }) => key.slice(`grant:${userId}:`.length)))];
}
