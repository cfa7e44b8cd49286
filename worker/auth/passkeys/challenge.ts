/**
 * Challenges of WebAuthn ceremonies. Nothing is stored until one is answered: the browser gets a signed token, the
 * challenge is the token's hash, and the answer comes with the token. `db/passkeys/challenges.ts` makes it single use.
 */
import { base64url } from "jose";
import * as z from "zod";
import type { Settings } from "../../config/settings.ts";
import { readToken, signToken, type TokenUse } from "../signed-token.ts";

/** Time for the prompt of the browser: finding a phone or a security key. */
export const CHALLENGE_SECONDS = 5 * 60;
const HANDLE_BYTES = 32;

const useOf = (ceremony: string): TokenUse => ({
  audience: `image-studio/passkey-${ceremony}`,
  lifetimeSeconds: CHALLENGE_SECONDS,
});
const CREATE = useOf("create");
const GET = useOf("get");

const getClaims = z.object({ jti: z.string(), exp: z.number() });
/** `handle`: the user handle that the new passkey gets. For the user `sub`, or for whom an invitation is. */
const createClaims = getClaims.extend({
  handle: z.string(),
  sub: z.string().optional(),
  invitation: z.string().optional(),
});

export type CreateSubject = { userId: string } | { invitationDigest: string };

/** `id` and `expiresAt` (seconds) mark it as used. */
export type Challenge = { challenge: string; id: string; expiresAt: number };
export type CreateChallenge = Challenge & { handle: string; subject: CreateSubject };

/** `state` is sent back with the authenticator's response. */
export type NewChallenge = { challenge: string; state: string };

/** Random: authenticators reveal it without user verification, so it must not identify the user (WebAuthn, 14.6.1). */
export const newHandle = () => base64url.encode(crypto.getRandomValues(new Uint8Array(HANDLE_BYTES)));

export async function newCreateChallenge(
  { sessionSecrets }: Settings,
  subject: CreateSubject,
  handle: string,
  now: number,
): Promise<NewChallenge> {
  const about = "userId" in subject ? { sub: subject.userId } : { invitation: subject.invitationDigest };
  const claims = { ...about, handle, jti: crypto.randomUUID() };
  return challengeOf(await signToken(sessionSecrets, CREATE, claims, now));
}

export async function newGetChallenge({ sessionSecrets }: Settings, now: number): Promise<NewChallenge> {
  return challengeOf(await signToken(sessionSecrets, GET, { jti: crypto.randomUUID() }, now));
}

/** Null: not made here for a registration, or too old. */
export async function readCreateChallenge(
  { sessionSecrets }: Settings,
  state: string,
): Promise<CreateChallenge | null> {
  const claims = createClaims.safeParse(await readToken(sessionSecrets, CREATE.audience, state)).data;
  if (!claims) return null;
  const { jti, exp, handle, sub, invitation } = claims;
  const subject = sub ? { userId: sub } : invitation ? { invitationDigest: invitation } : null;
  const { challenge } = await challengeOf(state);
  return subject && { challenge, id: jti, expiresAt: exp, handle, subject };
}

/** Null: not made here for a sign-in, or too old. */
export async function readGetChallenge(
  { sessionSecrets }: Settings,
  state: string,
): Promise<Challenge | null> {
  const claims = getClaims.safeParse(await readToken(sessionSecrets, GET.audience, state)).data;
  if (!claims) return null;
  const { challenge } = await challengeOf(state);
  return { challenge, id: claims.jti, expiresAt: claims.exp };
}

async function challengeOf(state: string): Promise<NewChallenge> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(state));
  return { challenge: base64url.encode(new Uint8Array(hash)), state };
}
