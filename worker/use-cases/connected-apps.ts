/** The apps that a user has connected by OAuth. */
import type { GrantRecord } from "../api/connected-app.ts";
import { ok, type Result, refuse } from "../api/problem.ts";
import { type Principal, readAs } from "../auth/principal.ts";
import { databaseFor } from "../db/client.ts";
import { deleteGrants, grantsOf } from "../db/oauth.ts";
import type { SessionClaim } from "../db/users.ts";
import { announceLater } from "../studio/client.ts";
import type { Deps } from "./deps.ts";

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
  const ended = await disconnect(deps, principal, id);
  return ended.length > 0 ? ok(null) : refuse("not_found", "There is no such app.");
}

export async function disconnectAllApps(deps: Deps, principal: Principal): Promise<void> {
  await disconnect(deps, principal);
}

/** D1 refuses the tokens from now on; their open sockets are closed by the object. */
async function disconnect(deps: Deps, { userId }: Principal, id?: string): Promise<string[]> {
  const ended = await deleteGrants(databaseFor(deps.env, userId), userId, id);
  if (ended.length > 0) announceLater(deps, userId, (studio) => studio.endKeys(ended));
  return ended;
}
