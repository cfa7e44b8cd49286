import { createMiddleware } from "hono/factory";
import { ASSERTION_HEADER, identityFromAccess } from "../../../auth/access.ts";
import { accountOf } from "../../../auth/account.ts";
import { returnPath } from "../../../auth/flow.ts";
import { beginSignIn, finishSignIn } from "../../../auth/oidc.ts";
import type { Identity, Outcome, Refused } from "../../../auth/outcome.ts";
import type { SignInMethod } from "../../../api/schemas/session.ts";
import { devSignInBody } from "../../../api/schemas/requests/session.ts";
import { commonDatabase } from "../../../db/client.ts";
import { isAnyPasskeyStored } from "../../../db/passkeys/passkeys.ts";
import { settingsOf } from "../../../config/settings.ts";
import { log } from "../../../lib/log.ts";
import type { AppContext, AppEnv } from "../../middleware/app-env.ts";
import { cappedBody, jsonBody, jsonType } from "../../middleware/body.ts";
import { isDevSignInOpen, isLocal, signInDev } from "../../middleware/dev-sign-in.ts";
import { keepFlow, takeFlow } from "../../middleware/flow.ts";
import { originOf, sameOrigin } from "../../middleware/origin.ts";
import { isWithinRate } from "../../middleware/rate-limit.ts";
import { withSession } from "../../middleware/caller.ts";
import { signedOut, startSession } from "../../middleware/session.ts";
import { problemResponse } from "../../../api/problem.ts";
import { SUSPENDED, UNAUTHENTICATED } from "../../../api/refusals.ts";
import { endAllSessions } from "../../../use-cases/account.ts";
import { signInPage } from "../../pages/sign-in-page.tsx";
import { newApp } from "../../routing.ts";

/** The sign-in methods of this studio. Passkeys need no setting: they are listed once a user has registered one. */
export async function signInMethods(c: AppContext): Promise<SignInMethod[]> {
  const { oidc, access } = settingsOf(c.env);
  return [
    ...((await hasPasskeys(c.env)) ? (["passkey"] as const) : []),
    ...(isDevSignInOpen(c) ? (["dev"] as const) : []),
    ...(oidc ? (["oidc"] as const) : []),
    ...(access ? (["access"] as const) : []),
  ];
}

/** Databases in which a passkey was found: it stays a method in this isolate, without a further read. */
const withPasskeys = new WeakSet<D1Database>();

async function hasPasskeys(env: Env): Promise<boolean> {
  if (withPasskeys.has(env.DB)) return true;
  const isStored = await isAnyPasskeyStored(commonDatabase(env));
  if (isStored) withPasskeys.add(env.DB);
  return isStored;
}

/** Whether anyone can create an account: not with a list of users, nor where Access decides who comes in. */
export function isSignUpOpen(c: AppContext): boolean {
  const { allowedUsers, oidc } = settingsOf(c.env);
  return isDevSignInOpen(c) || (oidc !== null && allowedUsers.includes("*"));
}

const onlyIf = (isOpen: (c: AppContext) => boolean) =>
  createMiddleware<AppEnv>(async (c, next) => (isOpen(c) ? next() : c.notFound()));

const limited = createMiddleware<AppEnv>(async (c, next) => {
  if (!(await isWithinRate(c.env.RL_SIGN_IN, c))) return signInPage(c, "rate_limited");
  return next();
});

const CALLBACK = "/api/auth/callback";

export const auth = newApp()
  .post(
    "/dev",
    onlyIf(isDevSignInOpen),
    sameOrigin,
    cappedBody,
    jsonType,
    jsonBody(devSignInBody),
    async (c) => {
      const { email } = c.req.valid("json");
      return (await signInDev(c, email)) ? c.body(null, 204) : problemResponse(SUSPENDED);
    },
  )
  .get(
    "/login",
    onlyIf((c) => settingsOf(c.env).oidc !== null || settingsOf(c.env).access !== null),
    limited,
    async (c) => {
      const { oidc, access } = settingsOf(c.env);
      const returnTo = returnPath(c.req.query("return_to"));
      const assertion = c.req.header(ASSERTION_HEADER);
      if (access && (assertion || !oidc)) {
        return finish(c, await identityFromAccess(access, assertion), returnTo);
      }
      if (!oidc) return c.notFound();
      const started = await beginSignIn(oidc, originOf(c) + CALLBACK, returnTo, Date.now());
      if (!started.ok) return refuseSignIn(c, started);
      const { url, flow } = started.value;
      await keepFlow(c, flow);
      return c.redirect(url.href, 302);
    },
  )
  .get(
    "/callback",
    onlyIf((c) => settingsOf(c.env).oidc !== null),
    limited,
    async (c) => {
      const settings = settingsOf(c.env);
      const flow = await takeFlow(c, c.req.query("state") ?? "");
      if (!settings.oidc) return c.notFound();
      if (!flow) return refuseSignIn(c, { ok: false, reason: "state_lost", detail: "no flow" });
      const callback = new URL(CALLBACK + new URL(c.req.url).search, originOf(c));
      return finish(c, await finishSignIn(settings.oidc, callback, flow, Date.now()), flow.returnTo);
    },
  )
  .post("/logout", sameOrigin, (c) => signedOut(c))
  .post("/logout-everywhere", sameOrigin, withSession, async (c) => {
    const isEnded = await endAllSessions(c, c.var.caller);
    if (!isEnded) return problemResponse(UNAUTHENTICATED);
    return signedOut(c);
  });

/** Signs in the user of this identity, if the studio admits them. */
async function finish(c: AppContext, identity: Outcome<Identity>, returnTo: string) {
  if (!identity.ok) return refuseSignIn(c, identity);
  const { allowedUsers } = settingsOf(c.env);
  const admission = { allowedUsers, isLocal: isLocal(c) };
  const account = await accountOf(commonDatabase(c.env), identity.value, admission, Date.now());
  if (!account.ok) return refuseSignIn(c, account);
  await startSession(c, { userId: account.value.id, epoch: account.value.sessionEpoch });
  return c.redirect(returnTo, 302);
}

function refuseSignIn(c: AppContext, { reason, detail }: Refused) {
  log("sign_in_refused", { reason, detail });
  return signInPage(c, reason);
}
