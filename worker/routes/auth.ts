import { type Context, Hono } from "hono";
import { devSignInBody } from "../contract.ts";
import { database } from "../db/client.ts";
import { upsertUser } from "../db/users.ts";
import { isLoopback, settingsOf } from "../env.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { cappedBody, jsonBody, jsonType } from "../middleware/body.ts";
import { sameOrigin } from "../middleware/origin.ts";
import { endSession, startSession } from "../middleware/session.ts";
import { problemResponse } from "../problem.ts";
import { createMiddleware } from "hono/factory";

/**
 * One-click sign-in as anybody: for a laptop only. Both the configured and the request's own host must be
 * loopback, so that neither a forgotten setting nor a tunnel opens it.
 */
export function isDevSignInOpen(c: Context<AppEnv>): boolean {
  const { devSignIn, publicOrigin } = settingsOf(c.env);
  if (!devSignIn || publicOrigin === null) return false;
  return isLoopback(new URL(publicOrigin).hostname) && isLoopback(new URL(c.req.url).hostname);
}

const whereDevSignInIsOpen = createMiddleware<AppEnv>(async (c, next) => {
  if (!isDevSignInOpen(c)) return c.notFound();
  await next();
});

export const auth = new Hono<AppEnv>()
  .post(
    "/dev",
    whereDevSignInIsOpen,
    sameOrigin,
    cappedBody,
    jsonType,
    jsonBody(devSignInBody),
    async (c) => {
      const user = await upsertUser(database(c.env.DB), c.req.valid("json").email, Date.now());
      if (user.suspendedAt !== null || user.deletedAt !== null) {
        return problemResponse({ code: "suspended", detail: "This account is suspended." });
      }
      await startSession(c, { userId: user.id, epoch: user.sessionEpoch });
      return c.body(null, 204);
    },
  )
  .post("/logout", sameOrigin, (c) => {
    endSession(c);
    c.header("clear-site-data", '"cache", "storage"');
    return c.body(null, 204);
  });
