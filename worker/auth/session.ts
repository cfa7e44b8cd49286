/** Session tokens. The user's row decides whether a session has ended (`principal.ts`). */
import type { SessionClaim } from "../db/users.ts";
import { SESSION_SECONDS } from "../config/limits.ts";
import type { Settings } from "../config/settings.ts";
import { readToken, signToken } from "./signed-token.ts";

const AUDIENCE = "image-studio/session";

/** All times in seconds since the epoch. */
export type Session = SessionClaim & {
  /** When the user signed in; a renewal keeps it. */
  signedInAt: number;
  issuedAt: number;
  expiresAt: number;
};

/** What a new token says. `signedInAt` in seconds; without it the user signs in now. */
export type NewSession = SessionClaim & { signedInAt?: number };

/** Seconds for which a token issued now is valid. Times in seconds. */
export function sessionLifetime({ sessionMaxSeconds }: Settings, signedInAt: number, now: number): number {
  return Math.min(SESSION_SECONDS, signedInAt + sessionMaxSeconds - now);
}

/** A token for this user. `now` in milliseconds. */
export async function issueSession(
  settings: Settings,
  { userId, epoch, signedInAt }: NewSession,
  now: number,
): Promise<string> {
  const seconds = Math.floor(now / 1000);
  const authTime = signedInAt ?? seconds;
  const use = { audience: AUDIENCE, lifetimeSeconds: sessionLifetime(settings, authTime, seconds) };
  return signToken(settings.sessionSecrets, use, { sub: userId, epoch, auth_time: authTime }, now);
}

/**
 * The session in a token, or null: not signed with any of the secrets, expired, or not a session token. `now` in
 * milliseconds.
 */
export async function readSession(settings: Settings, token: string, now: number): Promise<Session | null> {
  const claims = await readToken(settings.sessionSecrets, AUDIENCE, token);
  const { sub, iat, exp, epoch } = claims ?? {};
  if (!sub || iat === undefined || exp === undefined || typeof epoch !== "number") return null;
  // Tokens of earlier versions do not say when the user signed in.
  const signedInAt = typeof claims?.["auth_time"] === "number" ? claims["auth_time"] : iat;
  // The setting may have been lowered since the token was issued.
  const expiresAt = Math.min(exp, signedInAt + settings.sessionMaxSeconds);
  if (expiresAt <= now / 1000) return null;
  return { userId: sub, epoch, signedInAt, issuedAt: iat, expiresAt };
}
