/** Who at a provider is which user. */
import { and, eq, exists, isNull, not, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Database } from "./client.ts";
import { read, write } from "./query.ts";
import { identities, users } from "./schema.ts";
import type { UserRow } from "./users.ts";

type Identity = { issuer: string; subject: string; email: string };

const others = alias(users, "others");

/**
 * The user of this identity. One seen for the first time joins the user with its (verified) address; where there is
 * none, one is made if `mayCreate`. Null: there is none, or the address is that of somebody else at this provider,
 * since one who gets a dead address anew must not get the pictures along. The same when repeated or raced.
 */
export async function userOfIdentity(
  db: Database,
  identity: Identity,
  mayCreate: boolean,
  now: number,
): Promise<UserRow | null> {
  const [known] = await read(() => find(db, identity));
  if (!known) return join(db, identity, mayCreate, now);
  return known.user.email === identity.email ? known.user : follow(db, known.user, identity.email);
}

function find(db: Database, { issuer, subject }: Identity) {
  return db
    .select({ user: users })
    .from(identities)
    .innerJoin(users, eq(users.id, identities.userId))
    .where(and(eq(identities.issuer, issuer), eq(identities.subject, subject)));
}

async function join(db: Database, identity: Identity, mayCreate: boolean, now: number) {
  const { issuer, subject, email } = identity;
  const create = db
    .insert(users)
    .values({ id: crypto.randomUUID(), email, createdAt: now })
    .onConflictDoNothing();
  const sameProvider = db
    .select({ one: sql`1` })
    .from(identities)
    .where(and(eq(identities.userId, users.id), eq(identities.issuer, issuer)));
  const link = db
    .insert(identities)
    .select(
      db
        .select({
          issuer: sql<string>`${issuer}`.as("issuer"),
          subject: sql<string>`${subject}`.as("subject"),
          userId: users.id,
          createdAt: sql<number>`${now}`.as("created_at"),
        })
        .from(users)
        .where(and(eq(users.email, email), not(exists(sameProvider)))),
    )
    .onConflictDoNothing();
  const found = mayCreate
    ? (await write(() => db.batch([create, link, find(db, identity)])))[2]
    : (await write(() => db.batch([link, find(db, identity)])))[1];
  return found[0]?.user ?? null;
}

/** The address has changed at the provider. Where another user has the new one, the old one stays. */
async function follow(db: Database, user: UserRow, email: string): Promise<UserRow> {
  const taken = db.select({ one: sql`1` }).from(others).where(eq(others.email, email));
  const [moved] = await write(() =>
    db
      .update(users)
      .set({ email })
      .where(and(eq(users.id, user.id), isNull(users.deletedAt), not(exists(taken))))
      .returning(),
  );
  return moved ?? user;
}
