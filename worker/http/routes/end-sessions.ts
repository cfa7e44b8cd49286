import type { Context } from "hono";
import { databaseFor } from "../../db/client.ts";
import { endSessions, type SessionClaim } from "../../db/users.ts";
import { logError, reasonOf } from "../../lib/log.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { callStudio } from "../../studio/client.ts";

/** Ends every session of this user and closes their sockets; false where this session had ended already. */
export async function endAllSessions(c: Context<AppEnv>, claim: SessionClaim): Promise<boolean> {
  const epoch = await endSessions(databaseFor(c.env, claim.userId), claim);
  if (epoch === null) return false;
  try {
    await callStudio(c.env, claim.userId, (studio) => studio.endSessions(epoch));
  } catch (error) {
    // D1 refuses the sessions from now on; an open socket receives events until it reconnects.
    logError("sockets_not_closed", { reason: reasonOf(error) });
  }
  return true;
}
