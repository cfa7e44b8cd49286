/** The apps that a user has connected by OAuth. */
import type { GrantRecord } from "../api/connected-app.ts";
import { ok, type Result, refuse } from "../api/problem.ts";
import { type Principal, readAs } from "../auth/principal.ts";
import { databaseFor } from "../db/client.ts";
import { deleteGrant, deleteGrants, grantsOf } from "../db/oauth.ts";
import type { SessionClaim } from "../db/users.ts";
import type { Deps } from "./deps.ts";
import { endSockets } from "./end-sockets.ts";

/** All of them, oldest first. */
export async function listConnectedApps(
  { env }: Pick<Deps, "env">,
  claim: SessionClaim,
): Promise<Result<GrantRecord[]>> {
  const db = databaseFor(env, claim.userId);
  const listed = await readAs(db, claim, grantsOf(db, claim.userId));
  return listed.ok ? ok(listed.value.value) : listed;
}

/** Ends the access of an app. */
export async function disconnectApp(deps: Deps, principal: Principal, id: string): Promise<Result<null>> {
  const { userId } = principal;
  const isEnded = await deleteGrant(databaseFor(deps.env, userId), userId, id);
  if (!isEnded) return refuse("not_found", "There is no such app.");
  endSockets(deps, userId, [id]);
  return ok(null);
}

export async function disconnectAllApps(deps: Deps, { userId }: Principal): Promise<void> {
  const ended = await deleteGrants(databaseFor(deps.env, userId), userId);
  endSockets(deps, userId, ended);
}
