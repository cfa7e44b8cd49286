import { createMiddleware } from "hono/factory";
import {
  issueSession,
  type NewSession,
  readSession,
  type Session,
  sessionLifetime,
} from "../../auth/session.ts";
import { settingsOf } from "../../config/settings.ts";
import { authorize } from "../../auth/principal.ts";
import { databaseFor } from "../../db/client.ts";
import { problemResponse } from "../../api/problem.ts";
import { UNAUTHENTICATED } from "../../api/refusals.ts";
import type { AppContext, WithPrincipal, WithSession } from "./app-env.ts";
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

/**
 * Verifies the signature and the times of the session's token, without a read. What a handler does with `c.var.session`
 * is authorized by the user's row: `withPrincipal`, or a use case that takes the claim.
 */
export const withSessionToken = createMiddleware<WithSession>(async (c, next) => {
  const session = await sessionOf(c);
  if (!session) return problemResponse(UNAUTHENTICATED);
  c.set("session", session);
  await next();
});

/** Authorizes the session by the user's row. Goes behind `withSessionToken` and the checks of the request's body. */
export const withPrincipal = createMiddleware<WithPrincipal>(async (c, next) => {
  const { session } = c.var;
  const principal = await authorize(databaseFor(c.env, session.userId), session);
  if (!principal.ok) return problemResponse(principal.refusal);
  c.set("principal", principal.value);
  await next();
});
