import { createMiddleware } from "hono/factory";
import { isAdmin } from "../../auth/admin-token.ts";
import { authorize } from "../../auth/principal.ts";
import { settingsOf } from "../../config/settings.ts";
import { problemResponse } from "../../api/problem.ts";
import { TOO_MANY_REQUESTS } from "../../api/refusals.ts";
import { databaseFor } from "../../db/client.ts";
import type { Operator } from "../../db/operator/actions.ts";
import type { AppContext, WithOperator } from "./app-env.ts";
import { isWithinRate, limitedBy } from "./rate-limit.ts";
import { sessionOf } from "./session.ts";

/** For the operator's pages: against a flood of requests, each of which reads D1. */
export const limitedAdmin = limitedBy("RL_ADMIN");

/**
 * Who acts for the studio: its token, or the session of a user who is an operator. For any other session, and without a token in
 * the settings, these routes do not exist.
 */
export const adminOnly = createMiddleware<WithOperator>(async (c, next) => {
  const authorization = c.req.header("authorization");
  const session = authorization === undefined ? await sessionOf(c) : null;
  const { adminTokens } = settingsOf(c.env);
  if (!session && adminTokens.length === 0) return c.notFound();
  // Before the token is checked: the limit is against guessing.
  if (!(await isWithinRate(c.env.RL_ADMIN, c))) return problemResponse(TOO_MANY_REQUESTS);
  if (session) {
    const operator = await operatorOf(c, session);
    if (!operator) return c.notFound();
    c.set("operator", operator);
    return next();
  }
  if (!(await isAdmin(adminTokens, authorization))) {
    return problemResponse(
      { code: "unauthenticated", detail: "Send Authorization: Bearer with the studio's ADMIN_TOKEN." },
      { "www-authenticate": "Bearer" },
    );
  }
  c.set("operator", { by: "token" });
  await next();
});

/** The operator of a session; null if its user is none, or may not act. */
export async function operatorOf(
  c: AppContext,
  session: NonNullable<Awaited<ReturnType<typeof sessionOf>>>,
): Promise<Operator | null> {
  const principal = await authorize(databaseFor(c.env, session.userId), session);
  return principal.ok && principal.value.user.operator ? { by: session.userId } : null;
}
