import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import {
  issueSession,
  type NewSession,
  readSession,
  type Session,
  sessionLifetime,
} from "../../auth/session.ts";
import { settingsOf } from "../../config/settings.ts";
import { problemResponse } from "../../api/problem.ts";
import type { AppEnv } from "./app-env.ts";
import { dropCookie, readCookie, writeCookie } from "./cookie.ts";

const COOKIE = "session";

export async function sessionOf(c: Context<AppEnv>): Promise<Session | null> {
  const token = readCookie(c, COOKIE);
  return token ? readSession(settingsOf(c.env), token, Date.now()) : null;
}

/** Signs the user in, or renews a session whose `signedInAt` is given. */
export async function startSession(c: Context<AppEnv>, session: NewSession): Promise<void> {
  const settings = settingsOf(c.env);
  const now = Date.now();
  const seconds = Math.floor(now / 1000);
  const lifetime = sessionLifetime(settings, session.signedInAt ?? seconds, seconds);
  writeCookie(c, COOKIE, await issueSession(settings, session, now), lifetime);
}

export function endSession(c: Context<AppEnv>): void {
  dropCookie(c, COOKIE);
}

/**
 * Signs out: the browser removes what the studio stored. Not `"cache"`: Chrome takes seconds to clear it, and the images
 * in it are shown only after the Worker has checked the session again (routes/images.ts).
 */
export function signedOut(c: Context<AppEnv>) {
  endSession(c);
  c.header("clear-site-data", '"storage"');
  return c.body(null, 204);
}

/** Lets pass who has a session. Whether it still stands is asked of D1 with whatever else is read there. */
export const signedIn = createMiddleware<AppEnv>(async (c, next) => {
  const session = await sessionOf(c);
  if (!session) return problemResponse({ code: "unauthenticated", detail: "Sign in to go on." });
  c.set("session", session);
  await next();
});
