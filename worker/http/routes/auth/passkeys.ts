/**
 * Passkeys: registration, sign-in, and the list of the account page. The code behind the routes is imported with the
 * first request: other routes do not pay for it.
 */
import { presentPasskey } from "../../../api/passkey.ts";
import { problemResponse } from "../../../api/problem.ts";
import { UNAUTHENTICATED } from "../../../api/refusals.ts";
import {
  invitationTokenBody,
  passkeyNameBody,
  passkeySignInBody,
  registerBody,
  registerOptionsBody,
} from "../../../api/schemas/requests/passkey.ts";
import { authorize } from "../../../auth/principal.ts";
import { databaseFor } from "../../../db/client.ts";
import { depsOf } from "../../deps.ts";
import type { AppContext } from "../../middleware/app-env.ts";
import { cappedBody, jsonBody, jsonType } from "../../middleware/body.ts";
import { withPrincipal, withSession } from "../../middleware/caller.ts";
import { sameOrigin } from "../../middleware/origin.ts";
import { limitedBy, limitedByUser } from "../../middleware/rate-limit.ts";
import { sessionOf, startSession } from "../../middleware/session.ts";
import { newApp } from "../../routing.ts";

const own = () => import("../../../use-cases/passkeys/own.ts");
const register = () => import("../../../use-cases/passkeys/register.ts");
const signIn = () => import("../../../use-cases/passkeys/sign-in.ts");

/** Against guessing. */
const limited = limitedBy("RL_SIGN_IN");

async function signedIn(c: AppContext) {
  const session = await sessionOf(c);
  if (!session) return { ok: false as const, refusal: UNAUTHENTICATED };
  return authorize(databaseFor(c.env, session.userId), session);
}

async function start(c: AppContext, { id, sessionEpoch }: { id: string; sessionEpoch: number }) {
  await startSession(c, { userId: id, epoch: sessionEpoch });
  return c.body(null, 204);
}

const DEVICE = /iPhone|iPad|Android|Windows|Mac|CrOS|Linux/;

/** The name of a new passkey: where it was made. */
function deviceOf(c: AppContext): string {
  const device = DEVICE.exec(c.req.header("user-agent") ?? "")?.[0] ?? "Passkey";
  return device === "CrOS" ? "Chromebook" : device;
}

/** Under `/api/auth`. */
export const passkeySignIn = newApp()
  .post(
    "/invitation",
    sameOrigin,
    limited,
    cappedBody,
    jsonType,
    jsonBody(invitationTokenBody),
    async (c) => {
      const { readInvitation } = await register();
      const principal = await signedIn(c);
      const found = await readInvitation(
        depsOf(c),
        c.req.valid("json").token,
        principal.ok ? principal.value : null,
      );
      return found.ok ? c.json(found.value, 200) : problemResponse(found.refusal);
    },
  )
  .post(
    "/passkeys/register-options",
    sameOrigin,
    limited,
    cappedBody,
    jsonType,
    jsonBody(registerOptionsBody),
    async (c) => {
      const { invitedRegisterOptions, ownRegisterOptions } = await register();
      const { token } = c.req.valid("json");
      if (token !== undefined) {
        const options = await invitedRegisterOptions(depsOf(c), token);
        return options.ok ? c.json(options.value, 200) : problemResponse(options.refusal);
      }
      const principal = await signedIn(c);
      const options = principal.ok ? await ownRegisterOptions(depsOf(c), principal.value) : principal;
      return options.ok ? c.json(options.value, 200) : problemResponse(options.refusal);
    },
  )
  .post(
    "/passkeys/register",
    sameOrigin,
    limited,
    cappedBody,
    jsonType,
    jsonBody(registerBody),
    async (c) => {
      const { registerPasskey } = await register();
      const result = await registerPasskey(depsOf(c), c.req.valid("json"), deviceOf(c), () => signedIn(c));
      if (!result.ok) return problemResponse(result.refusal);
      if ("user" in result.value) return start(c, result.value.user);
      return c.json({ passkey: presentPasskey(result.value.passkey) }, 201);
    },
  )
  .post("/passkeys/sign-in-options", sameOrigin, limited, async (c) => {
    const { passkeySignInOptions } = await signIn();
    return c.json(await passkeySignInOptions(depsOf(c)), 200);
  })
  .post(
    "/passkeys/sign-in",
    sameOrigin,
    limited,
    cappedBody,
    jsonType,
    jsonBody(passkeySignInBody),
    async (c) => {
      const { signInWithPasskey } = await signIn();
      const user = await signInWithPasskey(depsOf(c), c.req.valid("json"));
      return user.ok ? start(c, user.value) : problemResponse(user.refusal);
    },
  );

/** The signed-in user's own. No API key can list or change them. */
export const passkeys = newApp()
  .get("/", sameOrigin, withSession, limitedByUser, async (c) => {
    const { listPasskeys } = await own();
    const listed = await listPasskeys(depsOf(c), c.var.caller);
    return listed.ok ? c.json(listed.value, 200) : problemResponse(listed.refusal);
  })
  .patch(
    "/:id",
    sameOrigin,
    withSession,
    cappedBody,
    jsonType,
    jsonBody(passkeyNameBody),
    limitedByUser,
    withPrincipal,
    async (c) => {
      const { renamePasskey } = await own();
      const renamed = await renamePasskey(
        depsOf(c),
        c.var.principal,
        c.req.param("id"),
        c.req.valid("json").name,
      );
      return renamed.ok ? c.json({ passkey: renamed.value }, 200) : problemResponse(renamed.refusal);
    },
  )
  .delete("/:id", sameOrigin, withSession, limitedByUser, withPrincipal, async (c) => {
    const { deletePasskey } = await own();
    const removed = await deletePasskey(depsOf(c), c.var.principal, c.req.param("id"));
    return removed.ok ? c.body(null, 204) : problemResponse(removed.refusal);
  });
