/** Sign-in with a passkey. Imported with the first request. */
import { ok, type Result, refuse } from "../../api/problem.ts";
import { SUSPENDED } from "../../api/refusals.ts";
import type { SignInOptions } from "../../api/schemas/passkey.ts";
import type { PasskeySignInBody } from "../../api/schemas/requests/passkey.ts";
import { mayKeepAccess } from "../../auth/account.ts";
import { newGetChallenge, readGetChallenge } from "../../auth/passkeys/challenge.ts";
import { type Algorithm, verifyAssertion } from "../../auth/passkeys/verify.ts";
import { settingsOf } from "../../config/settings.ts";
import { commonDatabase } from "../../db/client.ts";
import { wasInvited } from "../../db/passkeys/invitations.ts";
import { findPasskey, recordSignIn } from "../../db/passkeys/passkeys.ts";
import type { UserRow } from "../../db/users.ts";
import { log } from "../../lib/log.ts";
import type { Deps } from "../deps.ts";
import { signInOptionsOf } from "./options.ts";

type SignInDeps = Pick<Deps, "env" | "origin">;

export async function passkeySignInOptions({ env, origin }: SignInDeps): Promise<SignInOptions> {
  return signInOptionsOf(origin, await newGetChallenge(settingsOf(env), Date.now()));
}

/** The same for an unknown passkey and for a response that is not valid. */
function refused(reason: string) {
  log("passkey_sign_in_refused", { reason });
  return refuse("unauthenticated", "This passkey was not accepted.");
}

export async function signInWithPasskey(
  { env, origin }: SignInDeps,
  { state, credential }: PasskeySignInBody,
): Promise<Result<UserRow>> {
  const settings = settingsOf(env);
  const challenge = await readGetChallenge(settings, state);
  if (!challenge) return refused("state");
  const db = commonDatabase(env);
  const found = await findPasskey(db, credential.id, credential.response.userHandle);
  if (!found) return refused("unknown_passkey");
  const { passkey, user } = found;
  const stored = { ...passkey, algorithm: passkey.algorithm as Algorithm };
  const verified = await verifyAssertion(credential, stored, { challenge: challenge.challenge, origin });
  if (!verified.ok) return refused(verified.reason);
  const { counter, isBackedUp } = verified;
  const use = { id: passkey.id, counter, backedUp: isBackedUp };
  if (!(await recordSignIn(db, challenge, use, Date.now()))) return refused("replayed");
  if (user.suspendedAt !== null || user.deletedAt !== null) return { ok: false, refusal: SUSPENDED };
  if (!mayKeepAccess(settings.allowedUsers, user.email) && !(await wasInvited(db, user.id))) {
    log("passkey_sign_in_refused", { reason: "not_admitted" });
    return refuse("unauthenticated", "This studio does not admit this account.");
  }
  return ok(user);
}
