import type { ApiKeyRecord } from "../api/api-key.ts";
import { ok, type Result, refuse } from "../api/problem.ts";
import type { ApiKeyBody } from "../api/schemas/requests/api-key.ts";
import { digestOfKey, newApiKey } from "../auth/api-key-format.ts";
import { type Principal, readAs } from "../auth/principal.ts";
import * as rows from "../db/api-keys.ts";
import { databaseFor, shardOf } from "../db/client.ts";
import type { SessionClaim } from "../db/users.ts";
import { MAX_API_KEYS } from "../shared/api-keys.ts";
import type { Deps } from "./deps.ts";
import { endSockets } from "./end-sockets.ts";

/** All API keys of the user, oldest first. */
export async function listApiKeys(
  { env }: Pick<Deps, "env">,
  claim: SessionClaim,
): Promise<Result<ApiKeyRecord[]>> {
  const db = databaseFor(env, claim.userId);
  const listed = await readAs(db, claim, rows.apiKeysOf(db, claim.userId));
  return listed.ok ? ok(listed.value.value) : listed;
}

/** `secret` is the key itself, which is not stored. */
export async function createApiKey(
  { env }: Pick<Deps, "env">,
  { userId }: Principal,
  { name, scopes, expiresAt }: ApiKeyBody,
): Promise<Result<{ key: ApiKeyRecord; secret: string }>> {
  const secret = newApiKey(shardOf(userId));
  const record: ApiKeyRecord = {
    id: crypto.randomUUID(),
    name,
    scopes,
    lastFour: secret.slice(-4),
    createdAt: Date.now(),
    expiresAt: expiresAt ?? null,
    lastUsedAt: null,
  };
  const created = await rows.insertApiKey(
    databaseFor(env, userId),
    userId,
    record,
    await digestOfKey(secret),
  );
  if (created) return ok({ key: created, secret });
  return refuse("maximum_reached", `You can have at most ${MAX_API_KEYS} API keys.`);
}

export async function revokeApiKey(deps: Deps, principal: Principal, id: string): Promise<Result<null>> {
  const { userId } = principal;
  const isRevoked = await rows.deleteApiKey(databaseFor(deps.env, userId), userId, id);
  if (!isRevoked) return refuse("not_found", "There is no such API key.");
  endSockets(deps, userId, [id]);
  return ok(null);
}

export async function revokeAllApiKeys(deps: Deps, { userId }: Principal): Promise<void> {
  const revoked = await rows.deleteApiKeys(databaseFor(deps.env, userId), userId);
  endSockets(deps, userId, revoked);
}
