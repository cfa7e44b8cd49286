/** Sessions: a signed token. It says who asks; whether that still stands is D1's word (`refusalOf`). */
import type { SessionClaim } from "../db/users.ts";
import { SESSION_SECONDS, type Settings } from "../env.ts";
import { readToken, signToken, type TokenUse } from "./signed-token.ts";

const SESSION: TokenUse = { audience: "image-studio/session", lifetimeSeconds: SESSION_SECONDS };

export type Session = SessionClaim & {
  /** Seconds since the epoch, as is `expiresAt`. */
  issuedAt: number;
  expiresAt: number;
};

/** A token for this user. `now` in milliseconds. */
export async function issueSession(settings: Settings, claim: SessionClaim, now: number): Promise<string> {
  return signToken(settings.sessionSecrets, SESSION, { sub: claim.userId, epoch: claim.epoch }, now);
}

/** The session in a token, or null: not signed with any of the secrets, expired, or not a session of ours. */
export async function readSession(settings: Settings, token: string): Promise<Session | null> {
  const claims = await readToken(settings.sessionSecrets, SESSION, token);
  const { sub, iat, exp, epoch } = claims ?? {};
  if (!sub || iat === undefined || exp === undefined || typeof epoch !== "number") return null;
  return { userId: sub, epoch, issuedAt: iat, expiresAt: exp };
}
