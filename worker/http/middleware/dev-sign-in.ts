/** Sign-in with any address and no password, for development on one machine (`DEV_SIGN_IN`). */
import { devAccountOf } from "../../auth/account.ts";
import { isLoopback, settingsOf } from "../../config/settings.ts";
import { commonDatabase } from "../../db/client.ts";
import type { AppContext } from "./app-env.ts";
import { startSession } from "./session.ts";

/** Checks the configured host and the request's: neither a forgotten setting nor a tunnel may count as local. */
export function isLocal(c: AppContext): boolean {
  const { publicOrigin } = settingsOf(c.env);
  if (publicOrigin === null) return false;
  return isLoopback(new URL(publicOrigin).hostname) && isLoopback(new URL(c.req.url).hostname);
}

export const isDevSignInOpen = (c: AppContext) => settingsOf(c.env).devSignIn && isLocal(c);

/** Returns whether the account may be used. */
export async function signInDev(c: AppContext, email: string): Promise<boolean> {
  const user = await devAccountOf(commonDatabase(c.env), email, Date.now());
  if (!user) return false;
  await startSession(c, { userId: user.id, epoch: user.sessionEpoch });
  return true;
}
