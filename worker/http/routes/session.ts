import { mayKeepAccess } from "../../auth/account.ts";
import { bounded } from "../../lib/async.ts";
import { type Plan, planOf } from "../../shared/plans.ts";
import type { Limits, Session } from "../../api/schemas/session.ts";
import { problemResponse } from "../../api/problem.ts";
import { commonDatabase, databaseFor } from "../../db/client.ts";
import { wasInvited } from "../../db/passkeys/invitations.ts";
import { authorize } from "../../auth/principal.ts";
import { LIMITS_WAIT_MS, SESSION_RENEW_SECONDS } from "../../config/limits.ts";
import { settingsOf } from "../../config/settings.ts";
import { logError, reasonOf } from "../../lib/log.ts";
import { callerProblem, keyCallerOf } from "../middleware/caller.ts";
import { endSession, sessionOf, startSession } from "../middleware/session.ts";
import { refreshSchemas } from "../../studio/model-schemas.ts";
import { signInMethods } from "./auth/auth.ts";
import { endAllSessions } from "../../use-cases/account.ts";
import { listModels } from "../../use-cases/models.ts";
import { callStudio } from "../../studio/client.ts";
import { newApp } from "../routing.ts";

export const session = newApp().get("/", async (c) => {
  const settings = settingsOf(c.env);
  const db = commonDatabase(c.env);
  const keyCaller = await keyCallerOf(c, "read");
  if (keyCaller && !keyCaller.ok) return callerProblem(c, keyCaller);
  const session = keyCaller ? null : await sessionOf(c);
  const claim = keyCaller?.value ?? session;
  const [{ schemas, ...offered }, signIn, principal] = await Promise.all([
    listModels(c.env),
    signInMethods(c),
    claim && authorize(databaseFor(c.env, claim.userId), claim),
  ]);
  const signedOut: Session = { user: null, limits: null, ...offered, signIn };

  if (!principal) return c.json(signedOut, 200);
  if (!principal.ok) {
    if (keyCaller) return problemResponse(principal.refusal);
    endSession(c);
    return c.json(signedOut, 200);
  }
  // Only with a session: an anonymous visit makes no call to Skytells.
  const refreshed = refreshSchemas({ db, settings }, schemas);
  if (refreshed) c.executionCtx.waitUntil(refreshed);
  if (session && session.issuedAt < Date.now() / 1000 - SESSION_RENEW_SECONDS) {
    const { id, email } = principal.value.user;
    if (!mayKeepAccess(settings.allowedUsers, email) && !(await wasInvited(db, id))) {
      await endAllSessions(c, session);
      endSession(c);
      return c.json(signedOut, 200);
    }
    await startSession(c, session);
  }
  const { user } = principal.value;
  const plan = planOf(user.plan);
  const signedIn: Session = {
    // No API key makes its caller an operator.
    user: { id: user.id, email: user.email, plan, ...(session && user.operator && { operator: true }) },
    limits: await readLimits(c.env, user.id, plan),
    ...offered,
    signIn,
  };
  return c.json(signedIn, 200);
});

/** Null if the user's object does not answer: the session itself is known. */
async function readLimits(env: Env, userId: string, plan: Plan): Promise<Limits | null> {
  try {
    return await bounded(
      callStudio(env, userId, (studio) => studio.limits(plan)),
      LIMITS_WAIT_MS,
    );
  } catch (error) {
    logError("limits_unavailable", { user: userId, reason: reasonOf(error) });
    return null;
  }
}
