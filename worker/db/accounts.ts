/** Deletes an account from D1. Each step can be repeated. */
import { and, eq, inArray, isNotNull, isNull, or, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { grantDeletions } from "./oauth.ts";
import { read, write } from "./d1-call.ts";
import {
  apiKeys,
  collections,
  generations,
  identities,
  invitations,
  passkeys,
  presets,
  users,
} from "./schema.ts";

/**
 * From here on no session, key, image or link of this user works. Address and identities are removed in the same batch, so
 * that a new sign-in of the same person creates a new account; passkeys, invitations, API keys and OAuth grants too.
 */
export async function markDeleted(db: Database, userId: string, now: number): Promise<void> {
  const address = db.select({ email: users.email }).from(users).where(eq(users.id, userId));
  await write(() =>
    db.batch([
      db
        .delete(invitations)
        .where(
          or(
            eq(invitations.usedBy, userId),
            and(isNull(invitations.usedAt), inArray(invitations.email, address)),
          ),
        ),
      db
        .update(users)
        .set({
          deletedAt: now,
          email: sql`'deleted:' || ${users.id}`,
          sessionEpoch: sql`${users.sessionEpoch} + 1`,
        })
        .where(and(eq(users.id, userId), isNull(users.deletedAt))),
      db.delete(identities).where(eq(identities.userId, userId)),
      db.delete(passkeys).where(eq(passkeys.userId, userId)),
      db.delete(apiKeys).where(eq(apiKeys.userId, userId)),
      ...grantDeletions(db, userId),
    ]),
  );
}

/** Ids of at most `limit` of the user's generations. */
export async function someGenerationIds(db: Database, userId: string, limit: number): Promise<string[]> {
  const rows = await read(() =>
    db.select({ id: generations.id }).from(generations).where(eq(generations.userId, userId)).limit(limit),
  );
  return rows.map(({ id }) => id);
}

/** Does not lower the counts of collections: they are deleted too. */
export async function deleteGenerationRows(db: Database, userId: string, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  const among = sql`${generations.id} in (select value from json_each(${JSON.stringify(ids)}))`;
  await write(() => db.delete(generations).where(and(among, eq(generations.userId, userId))));
}

/** The items of the collections are deleted with their generations. */
export async function deletePresetsAndCollections(db: Database, userId: string): Promise<void> {
  await write(() =>
    db.batch([
      db.delete(presets).where(eq(presets.userId, userId)),
      db.delete(collections).where(eq(collections.userId, userId)),
    ]),
  );
}

/** Deletes the row of a user marked as deleted. */
export async function eraseUser(db: Database, userId: string): Promise<void> {
  await write(() => db.delete(users).where(and(eq(users.id, userId), isNotNull(users.deletedAt))));
}
