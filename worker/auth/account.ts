import type { Database } from "../db/client.ts";
import { userOfIdentity } from "../db/identities.ts";
import type { UserRow } from "../db/users.ts";
import { type Identity, type Outcome, refused } from "./outcome.ts";
import { isListed } from "./verified-email.ts";

/**
 * The account of who signs in. `allowedUsers` is asked each time; where it is empty, who has an account keeps it, and
 * anybody else gets one on this machine only (`isLocal`).
 */
export async function accountOf(
  db: Database,
  identity: Identity,
  { allowedUsers, isLocal }: { allowedUsers: readonly string[]; isLocal: boolean },
  now: number,
): Promise<Outcome<UserRow>> {
  const listed = isListed(allowedUsers, identity.email);
  if (allowedUsers.length > 0 && !listed) return refused("not_admitted", "not in the list");
  const mayCreate = listed || isLocal;
  const user = await userOfIdentity(db, identity, mayCreate, now);
  if (!user) return mayCreate ? refused("address_taken") : refused("not_admitted", "the list is empty");
  if (user.suspendedAt !== null || user.deletedAt !== null) return refused("suspended");
  return { ok: true, value: user };
}
