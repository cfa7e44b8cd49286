import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { issueSession, readSession, type Session } from "../auth/session.ts";
import type { SessionClaim } from "../db/users.ts";
import { SESSION_SECONDS, settingsOf } from "../env.ts";
import { problemResponse } from "../problem.ts";
import type { AppEnv } from "./app-env.ts";
import { dropCookie, readCookie, writeCookie } from "./cookie.ts";

const COOKIE = "session";

export async function sessionOf(c: Context<AppEnv>): Promise<Session | null> {
  const token = readCookie(c, COOKIE);
  return token ? readSession(settingsOf(c.env), token) : null;
}

export async function startSession(c: Context<AppEnv>, claim: SessionClaim): Promise<void> {
  writeCookie(c, COOKIE, await issueSession(settingsOf(c.env), claim, Date.now()), SESSION_SECONDS);
}

export function endSession(c: Context<AppEnv>): void {
  dropCookie(c, COOKIE);
}

/** The answer to who leaves: the browser keeps nothing of them. */
export function signedOut(c: Context<AppEnv>) {
  endSession(c);
  c.header("clear-site-data", '"cache", "storage"');
  return c.body(null, 204);
}

/** Lets pass who has a session. Whether it still stands is asked of D1 with whatever else is read there. */
export const signedIn = createMiddleware<AppEnv>(async (c, next) => {
  const session = await sessionOf(c);
  if (!session) return problemResponse({ code: "unauthenticated", detail: "Sign in to go on." });
  c.set("session", session);
  await next();
});
