/** Passkeys in D1. */
import { and, asc, eq, ne, type SQL, sql } from "drizzle-orm";
import { MAX_PASSKEYS } from "../../shared/passkeys.ts";
import type { Database } from "../client.ts";
import { read, write, writeDeletion } from "../d1-call.ts";
import { hasRoom } from "../row-limit.ts";
import { identities, passkeys, users } from "../schema.ts";
import { type UserRead, userRead } from "../user-read.ts";
import type { UserRow } from "../users.ts";
import { challengeUse, type UsedChallenge } from "./challenges.ts";

/** The issuer of identities whose subject is a WebAuthn user handle. */
const PASSKEY_ISSUER = "passkey";

export type PasskeyRow = typeof passkeys.$inferSelect;
/** `handle`: the user handle that the authenticator stores with the passkey. */
export type NewPasskey = Omit<PasskeyRow, "userId" | "lastUsedAt"> & { handle: string };

/** The user's passkeys, oldest first. */
export function passkeysOf(db: Database, userId: string): UserRead<PasskeyRow[]> {
  const statement = db
    .select()
    .from(passkeys)
    .where(eq(passkeys.userId, userId))
    .orderBy(asc(passkeys.createdAt), asc(passkeys.id));
  return userRead([statement], ([rows]) => rows);
}

/** Whether the user can sign in without a passkey: they have an identity at a provider. */
export function otherIdentityOf(db: Database, userId: string): UserRead<boolean> {
  const statement = db
    .select({ issuer: identities.issuer })
    .from(identities)
    .where(and(eq(identities.userId, userId), ne(identities.issuer, PASSKEY_ISSUER)))
    .limit(1);
  return userRead([statement], ([rows]) => rows.length > 0);
}

/** The user handle of the user's passkeys; null: no passkey was added yet. */
export function handleOf(db: Database, userId: string): UserRead<string | null> {
  const statement = db
    .select({ subject: identities.subject })
    .from(identities)
    .where(and(eq(identities.userId, userId), eq(identities.issuer, PASSKEY_ISSUER)))
    .limit(1);
  return userRead([statement], ([rows]) => rows[0]?.subject ?? null);
}

export async function isAnyPasskeyStored(db: Database): Promise<boolean> {
  return (await read(() => db.select({ id: passkeys.id }).from(passkeys).limit(1))).length > 0;
}

/** The passkey with this id, if the user handle is its user's (WebAuthn, 7.2, step 6). */
export async function findPasskey(
  db: Database,
  id: string,
  handle: string,
): Promise<{ passkey: PasskeyRow; user: UserRow } | null> {
  const isTheirs = and(
    eq(identities.userId, passkeys.userId),
    eq(identities.issuer, PASSKEY_ISSUER),
    eq(identities.subject, handle),
  );
  const [row] = await read(() =>
    db
      .select({ passkey: passkeys, user: users })
      .from(passkeys)
      .innerJoin(users, eq(users.id, passkeys.userId))
      .innerJoin(identities, isTheirs)
      .where(eq(passkeys.id, id)),
  );
  return row ?? null;
}

/** False: the challenge has been used, or the count of signatures has not grown. */
export async function recordSignIn(
  db: Database,
  challenge: UsedChallenge,
  { id, counter, backedUp }: Pick<PasskeyRow, "id" | "counter" | "backedUp">,
  now: number,
): Promise<boolean> {
  const isNext = sql`(${passkeys.counter} < ${counter} or (${passkeys.counter} = 0 and ${counter} = 0))`;
  const { statements, isUsed } = challengeUse(
    db,
    challenge,
    sql`exists (select 1 from ${passkeys} where ${passkeys.id} = ${id} and ${isNext})`,
  );
  const update = db
    .update(passkeys)
    .set({ counter, backedUp, lastUsedAt: now })
    .where(and(eq(passkeys.id, id), isUsed))
    .returning({ id: passkeys.id });
  const [, , updated] = await write(() => db.batch([...statements, update]));
  return updated.length > 0;
}

/** A passkey with this id exists already. */
export const isKnown = (id: string): SQL =>
  sql`exists (select 1 from ${passkeys} where ${passkeys.id} = ${id})`;

/** The statements that insert a passkey and its identity for the user whom `where` finds, if there is one. */
export function passkeyInserts(
  db: Database,
  { id, name, publicKey, algorithm, counter, backedUp, createdAt, handle }: NewPasskey,
  where: SQL,
) {
  const identity = sql`select ${PASSKEY_ISSUER}, ${handle}, ${users.id}, ${createdAt} from ${users} where ${where}`;
  const passkey = sql`select ${id}, ${users.id}, ${name}, ${publicKey}, ${algorithm}, ${counter}, ${backedUp ? 1 : 0}, ${createdAt}, null from ${users} where ${where}`;
  return [
    db.insert(identities).select(identity).onConflictDoNothing(),
    db.insert(passkeys).select(passkey).onConflictDoNothing(),
  ] as const;
}

/** Null: the challenge has been used, the passkey is known, there are `MAX_PASSKEYS`, or the account is being deleted. */
export async function insertPasskey(
  db: Database,
  challenge: UsedChallenge,
  userId: string,
  passkey: NewPasskey,
): Promise<PasskeyRow | null> {
  const canAdd = sql`not ${isKnown(passkey.id)} and ${hasRoom(passkeys, userId, passkey.id, MAX_PASSKEYS)}`;
  const { statements, isUsed } = challengeUse(db, challenge, canAdd);
  const results = await write(() =>
    db.batch([
      ...statements,
      ...passkeyInserts(db, passkey, sql`${users.id} = ${userId} and ${isUsed}`),
      db
        .select()
        .from(passkeys)
        .where(and(eq(passkeys.id, passkey.id), eq(passkeys.userId, userId), isUsed)),
    ]),
  );
  return results[4][0] ?? null;
}

/** Null: the user has no such passkey. */
export async function renamePasskey(
  db: Database,
  userId: string,
  id: string,
  name: string,
): Promise<PasskeyRow | null> {
  const [renamed] = await write(() =>
    db
      .update(passkeys)
      .set({ name })
      .where(and(eq(passkeys.id, id), eq(passkeys.userId, userId)))
      .returning(),
  );
  return renamed ?? null;
}

/** False: the user has no such passkey. */
export const deletePasskey = (db: Database, userId: string, id: string): Promise<boolean> =>
  writeDeletion(() =>
    db
      .delete(passkeys)
      .where(and(eq(passkeys.id, id), eq(passkeys.userId, userId)))
      .returning({ id: passkeys.id }),
  );
