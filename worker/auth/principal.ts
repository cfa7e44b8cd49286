/** From a session's claim to a user who may act: the user's row is read and compared with the claim. */
import { ok, type Result } from "../api/problem.ts";
import { SUSPENDED, UNAUTHENTICATED } from "../api/refusals.ts";
import type { Database } from "../db/client.ts";
import { findRecentUser } from "../db/recent-users.ts";
import { runWithUser, type UserRead } from "../db/user-read.ts";
import { findUser, type SessionClaim, type UserRow } from "../db/users.ts";

declare const isChecked: unique symbol;

/** A user who may act. Only `principalOf` makes one. */
export type Principal = SessionClaim & { readonly user: UserRow; readonly [isChecked]: true };

/** The user of a claim, if their row says that the session has not ended and the account is neither deleted nor suspended. */
export function principalOf(
  user: UserRow | null | undefined,
  { userId, epoch }: SessionClaim,
): Result<Principal> {
  if (!user || user.id !== userId || user.deletedAt !== null || user.sessionEpoch !== epoch) {
    return { ok: false, refusal: UNAUTHENTICATED };
  }
  if (user.suspendedAt !== null) return { ok: false, refusal: SUSPENDED };
  return ok({ userId, epoch, user } as Principal);
}

export async function authorize(db: Database, claim: SessionClaim): Promise<Result<Principal>> {
  return principalOf(await findUser(db, claim.userId), claim);
}

/** By the user's row of a moment ago (`RECENT_USER_MS`). A refusal is confirmed by the current row. */
export async function authorizeRecent(db: Database, claim: SessionClaim): Promise<Result<Principal>> {
  const recent = principalOf(await findRecentUser(db, claim.userId), claim);
  return recent.ok ? recent : principalOf(await findRecentUser(db, claim.userId, { isFresh: true }), claim);
}

/** Reads the claimed user's rows and authorizes in the same round trip: without a principal there is no value. */
export async function readAs<T>(
  db: Database,
  claim: SessionClaim,
  read: UserRead<T>,
): Promise<Result<{ principal: Principal; value: T }>> {
  const { user, value } = await runWithUser(db, claim.userId, read);
  const principal = principalOf(user, claim);
  return principal.ok ? ok({ principal: principal.value, value }) : principal;
}
