import {
  issueSession,
  type NewSession,
  readSession,
  type Session,
  sessionLifetime,
} from "../../auth/session.ts";
import { settingsOf } from "../../config/settings.ts";
import type { AppContext } from "./app-env.ts";
import { dropCookie, readCookie, writeCookie } from "./cookie.ts";

const COOKIE = "session";

export async function sessionOf(c: AppContext): Promise<Session | null> {
  const token = readCookie(c, COOKIE);
  return token ? readSession(settingsOf(c.env), token, Date.now()) : null;
}

/** Signs the user in, or renews a session whose `signedInAt` is given. */
export async function startSession(c: AppContext, session: NewSession): Promise<void> {
  const settings = settingsOf(c.env);
  const now = Date.now();
  const seconds = Math.floor(now / 1000);
  const lifetime = sessionLifetime(settings, session.signedInAt ?? seconds, seconds);
  writeCookie(c, COOKIE, await issueSession(settings, session, now), lifetime);
}

export function endSession(c: AppContext): void {
  dropCookie(c, COOKIE);
}

/**
 * Signs out: the browser removes what the studio stored. Not `"cache"`: Chrome takes seconds to clear it, and the images
 * in it are shown only after the Worker has checked the session again (routes/images.ts).
 */
export function signedOut(c: AppContext) {
  endSession(c);
  c.header("clear-site-data", '"storage"');
  return c.body(null, 204);
}
