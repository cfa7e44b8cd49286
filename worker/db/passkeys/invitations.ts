/** Invitations in D1. */
import { and, desc, eq, gt, isNull, lt, sql } from "drizzle-orm";
import type { Position } from "../../api/cursor.ts";
import { MAX_PASSKEYS } from "../../shared/passkeys.ts";
import { DAY_MS } from "../../shared/time.ts";
import type { Database } from "../client.ts";
import { actionStatements, type Operator } from "../operator/actions.ts";
import { read, write } from "../d1-call.ts";
import { invitations, passkeys, users } from "../schema.ts";
import type { UserRow } from "../users.ts";
import { challengeUse, type UsedChallenge } from "./challenges.ts";
import { isKnown, type NewPasskey, passkeyInserts } from "./passkeys.ts";

export type InvitationRow = typeof invitations.$inferSelect;

/** How long an invitation that was not used is listed after its end. */
const KEEP_UNUSED_MS = 30 * DAY_MS;
const SWEPT_AT_ONCE = 20;

/** Stores an invitation, and removes some old ones that were not used. */
export async function insertInvitation(db: Database, who: Operator, row: InvitationRow): Promise<void> {
  const old = db
    .select({ id: invitations.id })
    .from(invitations)
    .where(and(isNull(invitations.usedAt), lt(invitations.expiresAt, row.createdAt - KEEP_UNUSED_MS)))
    .limit(SWEPT_AT_ONCE);
  await write(() =>
    db.batch([
      db.insert(invitations).values(row).onConflictDoNothing(),
      db.delete(invitations).where(sql`${invitations.id} in ${old}`),
      ...actionStatements(db, who, { action: "invite", target: row.id }),
    ]),
  );
}

/** Newest first, after `after`. */
export async function listInvitations(
  db: Database,
  limit: number,
  after: Position | null,
): Promise<{ rows: InvitationRow[]; next: Position | null }> {
  const rows = await read(() =>
    db
      .select()
      .from(invitations)
      .where(
        after
          ? sql`(${invitations.createdAt}, ${invitations.id}) < (${after.createdAt}, ${after.id})`
          : undefined,
      )
      .orderBy(desc(invitations.createdAt), desc(invitations.id))
      .limit(limit + 1),
  );
  const page = rows.slice(0, limit);
  return { rows: page, next: rows.length > limit ? (page.at(-1) ?? null) : null };
}

/** Does not change one that was used or revoked. False: there is no such invitation. */
export async function revokeInvitation(
  db: Database,
  who: Operator,
  id: string,
  now: number,
): Promise<boolean> {
  const isOpen = and(isNull(invitations.usedAt), isNull(invitations.revokedAt));
  const open = sql`select id as target from ${invitations} where ${and(eq(invitations.id, id), isOpen)}`;
  const record = actionStatements(db, who, { action: "revoke-invitation", target: open });
  const [, , , known] = await write(() =>
    db.batch([
      ...record,
      db
        .update(invitations)
        .set({ revokedAt: now })
        .where(and(eq(invitations.id, id), isOpen)),
      db.select({ id: invitations.id }).from(invitations).where(eq(invitations.id, id)),
    ]),
  );
  return known.length > 0;
}

const isOpenAt = (digest: string, now: number) =>
  and(
    eq(invitations.digest, digest),
    isNull(invitations.usedAt),
    isNull(invitations.revokedAt),
    gt(invitations.expiresAt, now),
  );

/** An invitation that can be used now, with the user of its address and the ids of their passkeys; else null. */
export async function findOpenInvitation(
  db: Database,
  digest: string,
  now: number,
): Promise<{ invitation: InvitationRow; user: UserRow | null; passkeyIds: string[] } | null> {
  const rows = await read(() =>
    db
      .select({ invitation: invitations, user: users, passkeyId: passkeys.id })
      .from(invitations)
      .leftJoin(users, eq(users.email, invitations.email))
      .leftJoin(passkeys, eq(passkeys.userId, users.id))
      .where(isOpenAt(digest, now)),
  );
  const [first] = rows;
  if (!first) return null;
  return {
    invitation: first.invitation,
    user: first.user,
    passkeyIds: rows.flatMap(({ passkeyId }) => passkeyId ?? []),
  };
}

/** Whether the operator admitted this user by an invitation. */
export async function wasInvited(db: Database, userId: string): Promise<boolean> {
  const used = await read(() =>
    db.select({ id: invitations.id }).from(invitations).where(eq(invitations.usedBy, userId)).limit(1),
  );
  return used.length > 0;
}

/**
 * Uses an invitation: the user with its address, created if there is none, gets the passkey. All or nothing, once, in
 * one transaction. Null: the invitation or the challenge has been used, the invitation has ended, the passkey is known,
 * or the user is suspended or has `MAX_PASSKEYS`.
 */
export async function useInvitation(
  db: Database,
  challenge: UsedChallenge,
  digest: string,
  passkey: NewPasskey,
): Promise<UserRow | null> {
  const now = passkey.createdAt;
  const isAdmitted = sql`${users.suspendedAt} is null and ${users.deletedAt} is null
    and (select count(*) from ${passkeys} where ${passkeys.userId} = ${users.id}) < ${MAX_PASSKEYS}`;
  const usable = sql`select 1 from ${invitations} left join ${users} on ${users.email} = ${invitations.email}
    where ${isOpenAt(digest, now)} and ${isAdmitted}`;
  const { statements, isUsed } = challengeUse(
    db,
    challenge,
    sql`exists (${usable}) and not ${isKnown(passkey.id)}`,
  );
  const isThis = eq(invitations.digest, digest);
  const invited = sql`(select ${invitations.email} from ${invitations} where ${isThis})`;
  const isOperator = sql`exists (select 1 from ${invitations} where ${isThis} and ${invitations.operator} = 1)`;
  const isInvited = and(eq(users.email, invited), isUsed);
  const newUser = sql`select ${crypto.randomUUID()}, ${invitations.email}, ${invitations.plan}, ${now}, 0, null, null, false
    from ${invitations} where ${isThis} and ${isUsed}`;
  const results = await write(() =>
    db.batch([
      ...statements,
      db.insert(users).select(newUser).onConflictDoNothing(),
      ...passkeyInserts(db, passkey, sql`${isInvited}`),
      db.update(users).set({ operator: true }).where(and(isInvited, isOperator)),
      db
        .update(invitations)
        .set({
          usedAt: now,
          usedBy: sql`(select ${passkeys.userId} from ${passkeys} where ${passkeys.id} = ${passkey.id})`,
        })
        .where(and(isThis, isUsed)),
      db
        .select({ user: users })
        .from(passkeys)
        .innerJoin(users, eq(users.id, passkeys.userId))
        .where(and(eq(passkeys.id, passkey.id), isUsed)),
    ]),
  );
  return results[7][0]?.user ?? null;
}
