/** Which user an identity at a sign-in provider belongs to. */
import { and, eq, exists, isNull, not, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Database } from "./client.ts";
import { read, write } from "./d1-call.ts";
import { identities, users } from "./schema.ts";
import type { UserRow } from "./users.ts";

type Identity = { issuer: string; subject: string; email: string };

const others = alias(users, "others");

/**
 * The user of this identity. A new identity joins the user with the same (verified) address, or a new user if
 * `mayCreate`. Null if there is none, or if the address belongs to another identity of the same provider: a person who
 * gets a reused address must not get the former owner's images. Safe to repeat and to run concurrently.
 */
export async function userOfIdentity(
  db: Database,
  identity: Identity,
  mayCreate: boolean,
  now: number,
): Promise<UserRow | null> {
  const [known] = await read(() => find(db, identity));
  if (!known) return joinUser(db, identity, mayCreate, now);
  return known.user.email === identity.email ? known.user : updateEmail(db, known.user, identity.email);
}

function find(db: Database, { issuer, subject }: Identity) {
  return db
    .select({ user: users })
    .from(identities)
    .innerJoin(users, eq(users.id, identities.userId))
    .where(and(eq(identities.issuer, issuer), eq(identities.subject, subject)));
}

async function joinUser(db: Database, identity: Identity, mayCreate: boolean, now: number) {
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

/** The address has changed at the provider. It stays if another user has the new one. */
async function updateEmail(db: Database, user: UserRow, email: string): Promise<UserRow> {
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
