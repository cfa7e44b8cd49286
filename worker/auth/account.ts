import type { Database } from "../db/client.ts";
import { userOfIdentity } from "../db/identities.ts";
import { type UserRow, upsertUser } from "../db/users.ts";
import { type Identity, type Outcome, refused } from "./outcome.ts";
import { isListed } from "./verified-email.ts";

/** Whether `ALLOWED_USERS` lets the owner of an account use it. An empty list keeps existing accounts. */
export function mayKeepAccess(allowedUsers: readonly string[], email: string): boolean {
  return allowedUsers.length === 0 || isListed(allowedUsers, email);
}

/**
 * The account of a person who signs in. `allowedUsers` is checked each time; while it is empty, existing accounts may
 * sign in, and new ones are created on this machine only (`isLocal`).
 */
export async function accountOf(
  db: Database,
  identity: Identity,
  { allowedUsers, isLocal }: { allowedUsers: readonly string[]; isLocal: boolean },
  now: number,
): Promise<Outcome<UserRow>> {
  if (!mayKeepAccess(allowedUsers, identity.email)) return refused("not_admitted", "not in the list");
  const mayCreate = allowedUsers.length > 0 || isLocal;
  const user = await userOfIdentity(db, identity, mayCreate, now);
  if (!user) return mayCreate ? refused("address_taken") : refused("not_admitted", "the list is empty");
  if (user.suspendedAt !== null || user.deletedAt !== null) return refused("suspended");
  return { ok: true, value: user };
}

/** The account of an address that nothing proves, for development. Null: it is suspended or being deleted. */
export async function devAccountOf(db: Database, email: string, now: number): Promise<UserRow | null> {
  const user = await upsertUser(db, email, now);
  return user.suspendedAt === null && user.deletedAt === null ? user : null;
}
