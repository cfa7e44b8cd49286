/**
 * Who makes a request: a session, an API key, or an app with an OAuth grant. The user's row decides whether they may act
 * (`principal.ts`).
 */
import type { ApiKeyRecord } from "../api/api-key.ts";
import { ok, refuse, type Result } from "../api/problem.ts";
import { databaseFor, databaseOfShard } from "../db/client.ts";
import { findApiKey, isUseRecorded, recordUse } from "../db/api-keys.ts";
import { findUser, type SessionClaim } from "../db/users.ts";
import { logError, reasonOf } from "../lib/log.ts";
import { SCOPES, type Scope } from "../shared/api-keys.ts";
import { digestOfKey, shardOfKey } from "./api-key-format.ts";
import { principalOf } from "./principal.ts";
import type { Session } from "./session.ts";

/** A key claims its user's current epoch: ending all sessions ends no key. */
export type Caller = SessionClaim & {
  /** Milliseconds since 1970; null: no end. */
  expiresAt: number | null;
  /** The API key, or the grant of an app. Null: a session, which has every scope. */
  key: Pick<ApiKeyRecord, "id" | "scopes"> | null;
};

export function callerOfSession({ userId, epoch, expiresAt }: Session): Caller {
  return { userId, epoch, expiresAt: expiresAt * 1000, key: null };
}

export function hasScope({ key }: Caller, scope: Scope): boolean {
  return key === null || key.scopes.includes(scope);
}

/** What a caller without the scope gets. */
export const scopeMissing = (scope: Scope) =>
  refuse("insufficient_scope", `This credential does not have the scope "${scope}".`);

/**
 * The caller of an API key, by one statement that also reads the user's row. Null: no key, or unknown, revoked or expired.
 */
export async function callerOfKey(
  { env, waitUntil }: { env: Env; waitUntil: (work: Promise<unknown>) => void },
  key: string,
  now: number,
): Promise<Result<Caller> | null> {
  const shard = shardOfKey(key);
  if (shard === null) return null;
  const db = databaseOfShard(env, shard);
  const found = await findApiKey(db, await digestOfKey(key));
  if (!found || (found.key.expiresAt !== null && found.key.expiresAt <= now)) return null;
  const { id, scopes, expiresAt } = found.key;
  const claim = { userId: found.user.id, epoch: found.user.sessionEpoch };
  const principal = principalOf(found.user, claim);
  if (!principal.ok) return principal;
  if (!isUseRecorded(found.key, now)) {
    waitUntil(
      recordUse(db, id, now).catch((error: unknown) =>
        logError("key_use_not_recorded", { reason: reasonOf(error) }),
      ),
    );
  }
  return ok({ ...claim, expiresAt, key: { id, scopes } });
}

/** The caller of an app's access token. Its user's row is read and decides as for a session. */
export async function callerOfAccessToken(
  env: Env,
  origin: string,
  token: string,
): Promise<Result<Caller> | null> {
  const { readAccessToken } = await import("./oauth/provider.ts");
  const valid = await readAccessToken(env, origin, token);
  if (!valid) return null;
  const { userId, grantId, expiresAt } = valid;
  const user = await findUser(databaseFor(env, userId), userId);
  if (!user) return null;
  const claim = { userId, epoch: user.sessionEpoch };
  const principal = principalOf(user, claim);
  if (!principal.ok) return principal;
  const scopes = SCOPES.filter((scope) => valid.scopes.includes(scope));
  return ok({ ...claim, expiresAt: expiresAt * 1000, key: { id: grantId, scopes } });
}
