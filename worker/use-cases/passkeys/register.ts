/** Registration of a passkey, by an invitation or by a signed-in user. Imported with the first request. */
import { ok, type Result, refuse } from "../../api/problem.ts";
import { SUSPENDED, UNAUTHENTICATED } from "../../api/refusals.ts";
import type { OpenInvitation, RegisterOptions } from "../../api/schemas/passkey.ts";
import type { RegisterBody } from "../../api/schemas/requests/passkey.ts";
import {
  type CreateChallenge,
  newCreateChallenge,
  newHandle,
  readCreateChallenge,
} from "../../auth/passkeys/challenge.ts";
import { verifyRegistration } from "../../auth/passkeys/verify.ts";
import type { Principal } from "../../auth/principal.ts";
import { settingsOf } from "../../config/settings.ts";
import { commonDatabase } from "../../db/client.ts";
import { findOpenInvitation, useInvitation } from "../../db/passkeys/invitations.ts";
import {
  handleOf,
  insertPasskey,
  type NewPasskey,
  type PasskeyRow,
  passkeysOf,
} from "../../db/passkeys/passkeys.ts";
import { run } from "../../db/user-read.ts";
import type { UserRow } from "../../db/users.ts";
import { log } from "../../lib/log.ts";
import { MAX_PASSKEYS } from "../../shared/passkeys.ts";
import { planOf } from "../../shared/plans.ts";
import type { Deps } from "../deps.ts";
import { digestOfInvitation } from "./invitations.ts";
import { registerOptionsOf } from "./options.ts";

type RegisterDeps = Pick<Deps, "env" | "origin">;

/** The same for a guess and for a link that has ended, so that a guess reveals no invitation. */
const noInvitation = () =>
  refuse("not_found", "This link is not valid. It may have expired, or it was used or revoked.");
const tooMany = () => refuse("maximum_reached", `You can have at most ${MAX_PASSKEYS} passkeys.`);

export async function readInvitation(
  { env }: Pick<Deps, "env">,
  token: string,
  signedIn: Principal | null,
): Promise<Result<OpenInvitation>> {
  const found = await findOpenInvitation(commonDatabase(env), await digestOfInvitation(token), Date.now());
  if (!found) return noInvitation();
  const { invitation, user } = found;
  return ok({
    email: invitation.email,
    plan: user ? null : planOf(invitation.plan),
    operator: invitation.operator,
    expiresAt: new Date(invitation.expiresAt).toISOString(),
    signedInAs: signedIn?.user.email ?? null,
  });
}

export async function invitedRegisterOptions(
  { env, origin }: RegisterDeps,
  token: string,
): Promise<Result<RegisterOptions>> {
  const db = commonDatabase(env);
  const digest = await digestOfInvitation(token);
  const found = await findOpenInvitation(db, digest, Date.now());
  if (!found) return noInvitation();
  const { invitation, user, passkeyIds } = found;
  const handle = (user && (await run(db, handleOf(db, user.id)))) ?? newHandle();
  const subject = { invitationDigest: digest };
  const challenge = await newCreateChallenge(settingsOf(env), subject, handle, Date.now());
  return ok(registerOptionsOf(origin, challenge, { email: invitation.email, handle, passkeyIds }));
}

export async function ownRegisterOptions(
  { env, origin }: RegisterDeps,
  { userId, user }: Principal,
): Promise<Result<RegisterOptions>> {
  const db = commonDatabase(env);
  const [known, passkeys] = await Promise.all([
    run(db, handleOf(db, userId)),
    run(db, passkeysOf(db, userId)),
  ]);
  if (passkeys.length >= MAX_PASSKEYS) return tooMany();
  const handle = known ?? newHandle();
  const challenge = await newCreateChallenge(settingsOf(env), { userId }, handle, Date.now());
  const passkeyIds = passkeys.map(({ id }) => id);
  return ok(registerOptionsOf(origin, challenge, { email: user.email, handle, passkeyIds }));
}

/** `user`: the invitation was used, and this user is to be signed in. */
export type Registered = { user: UserRow } | { passkey: PasskeyRow };

/** `signedIn`: who is signed in; only for them a passkey without an invitation. `name`: of the new passkey. */
export async function registerPasskey(
  { env, origin }: RegisterDeps,
  { state, credential }: RegisterBody,
  name: string,
  signedIn: () => Promise<Result<Principal>>,
): Promise<Result<Registered>> {
  const challenge = await readCreateChallenge(settingsOf(env), state);
  if (!challenge) return refused("state");
  const verified = await verifyRegistration(credential, { challenge: challenge.challenge, origin });
  if (!verified.ok) return refused(verified.reason);
  const passkey: NewPasskey = {
    id: credential.id,
    handle: challenge.handle,
    name,
    publicKey: credential.response.publicKey,
    algorithm: credential.response.publicKeyAlgorithm,
    counter: verified.counter,
    backedUp: verified.isBackedUp,
    createdAt: Date.now(),
  };
  const { subject } = challenge;
  if ("invitationDigest" in subject) return invited(env, challenge, subject.invitationDigest, passkey);
  const principal = await signedIn();
  if (!principal.ok) return principal;
  if (principal.value.userId !== subject.userId) return { ok: false, refusal: UNAUTHENTICATED };
  return added(env, challenge, subject.userId, passkey);
}

function refused(reason: string) {
  log("passkey_registration_refused", { reason });
  return refuse("invalid_request", "This passkey was not accepted. Try again.");
}

async function invited(
  env: Env,
  challenge: CreateChallenge,
  digest: string,
  passkey: NewPasskey,
): Promise<Result<Registered>> {
  const db = commonDatabase(env);
  const user = await useInvitation(db, challenge, digest, passkey);
  if (user) {
    log("invitation_used", { user: user.id });
    return ok({ user });
  }
  const found = await findOpenInvitation(db, digest, passkey.createdAt);
  if (!found) return noInvitation();
  if (found.user?.suspendedAt != null) return { ok: false, refusal: SUSPENDED };
  return found.passkeyIds.length >= MAX_PASSKEYS ? tooMany() : refused("known_or_replayed");
}

async function added(
  env: Env,
  challenge: CreateChallenge,
  userId: string,
  passkey: NewPasskey,
): Promise<Result<Registered>> {
  const db = commonDatabase(env);
  const stored = await insertPasskey(db, challenge, userId, passkey);
  if (stored) {
    log("passkey_added", { user: userId });
    return ok({ passkey: stored });
  }
  const passkeys = await run(db, passkeysOf(db, userId));
  return passkeys.length >= MAX_PASSKEYS ? tooMany() : refused("known_or_replayed");
}
