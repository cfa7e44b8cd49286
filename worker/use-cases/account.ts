import type { Result } from "../api/problem.ts";
import { databaseFor } from "../db/client.ts";
import { claimOf, endSessions, type SessionClaim } from "../db/users.ts";
import { logError, reasonOf } from "../lib/log.ts";
import { callStudio } from "../studio/client.ts";
import type { Deps } from "./deps.ts";

/** Deletes the account with everything in it. The user's object authorizes the claim. */
export function deleteAccount({ env }: Pick<Deps, "env">, claim: SessionClaim): Promise<Result<null>> {
  return callStudio(env, claim.userId, (studio) => studio.deleteAccount(claim.userId, claimOf(claim)));
}

/** Ends every session of the user and closes their sockets; false if this session has already ended. */
export async function endAllSessions({ env }: Pick<Deps, "env">, claim: SessionClaim): Promise<boolean> {
  const epoch = await endSessions(databaseFor(env, claim.userId), claim);
  if (epoch === null) return false;
  try {
    await callStudio(env, claim.userId, (studio) => studio.endSessions(epoch));
  } catch (error) {
    // D1 refuses the sessions from now on; an open socket receives events until it reconnects.
    logError("sockets_not_closed", { reason: reasonOf(error) });
  }
  return true;
}
