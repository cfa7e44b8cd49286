import { createMiddleware } from "hono/factory";
import { isAdmin } from "../../auth/admin-token.ts";
import { settingsOf } from "../../config/settings.ts";
import { problemResponse } from "../../api/problem.ts";
import { TOO_MANY_REQUESTS } from "../../api/refusals.ts";
import type { AppEnv } from "./app-env.ts";
import { isWithinRate } from "./rate-limit.ts";

/** Requires the operator's token; 404 if none is set. */
export const adminOnly = createMiddleware<AppEnv>(async (c, next) => {
  const { adminTokens } = settingsOf(c.env);
  if (adminTokens.length === 0) return c.notFound();
  // Before the token is checked: the limit is against guessing.
  if (!(await isWithinRate(c.env.RL_ADMIN, c))) {
    return problemResponse(TOO_MANY_REQUESTS);
  }
  if (!(await isAdmin(adminTokens, c.req.header("authorization")))) {
    return problemResponse(
      { code: "unauthenticated", detail: "Send Authorization: Bearer with the studio's ADMIN_TOKEN." },
      { "www-authenticate": "Bearer" },
    );
  }
  await next();
});
