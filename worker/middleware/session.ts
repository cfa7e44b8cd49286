import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import { issueSession, readSession, type Session } from "../auth/session.ts";
import type { SessionClaim } from "../db/users.ts";
import { SESSION_SECONDS, settingsOf } from "../env.ts";
import { problemResponse } from "../problem.ts";
import type { AppEnv } from "./app-env.ts";

const COOKIE = "session";

/** `__Host-` ties the cookie to https and to this very host; http is only ever localhost. */
const prefixOf = (c: Context<AppEnv>) =>
  new URL(c.req.url).protocol === "https:" ? ("host" as const) : undefined;

export async function sessionOf(c: Context<AppEnv>): Promise<Session | null> {
  const prefix = prefixOf(c);
  const token = prefix ? getCookie(c, COOKIE, prefix) : getCookie(c, COOKIE);
  return token ? readSession(settingsOf(c.env), token) : null;
}

export async function startSession(c: Context<AppEnv>, claim: SessionClaim): Promise<void> {
  const prefix = prefixOf(c);
  setCookie(c, COOKIE, await issueSession(settingsOf(c.env), claim, Date.now()), {
    httpOnly: true,
    sameSite: "Lax",
    path: "/",
    maxAge: SESSION_SECONDS,
    secure: prefix !== undefined,
    ...(prefix && { prefix }),
  });
}

export function endSession(c: Context<AppEnv>): void {
  const prefix = prefixOf(c);
  deleteCookie(c, COOKIE, { path: "/", secure: prefix !== undefined, ...(prefix && { prefix }) });
}

/** Lets pass who has a session. Whether it still stands is asked of D1 with whatever else is read there. */
export const signedIn = createMiddleware<AppEnv>(async (c, next) => {
  const session = await sessionOf(c);
  if (!session) return problemResponse({ code: "unauthenticated", detail: "Sign in to go on." });
  c.set("session", session);
  await next();
});
