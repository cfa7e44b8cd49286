/** Sessions: a signed JWT. It says who asks; whether that still stands is D1's word (`refusalOf`). */
import { errors, jwtVerify, SignJWT } from "jose";
import type { SessionClaim } from "../db/users.ts";
import { SESSION_SECONDS, type Settings } from "../env.ts";

const ALGORITHM = "HS256";
const ISSUER = "image-studio";
const AUDIENCE = "image-studio/session";

export type Session = SessionClaim & {
  /** Seconds since the epoch, as is `expiresAt`. */
  issuedAt: number;
  expiresAt: number;
};

const keyOf = (secret: string) => new TextEncoder().encode(secret);

/** A token for this user, signed with the first secret. `now` in milliseconds. */
export async function issueSession(settings: Settings, claim: SessionClaim, now: number): Promise<string> {
  const issuedAt = Math.floor(now / 1000);
  return new SignJWT({ epoch: claim.epoch })
    .setProtectedHeader({ alg: ALGORITHM })
    .setSubject(claim.userId)
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + SESSION_SECONDS)
    .sign(keyOf(settings.sessionSecrets[0] as string));
}

/** The session in a token, or null: not signed with any of the secrets, expired, or not a session of ours. */
export async function readSession(settings: Settings, token: string): Promise<Session | null> {
  for (const secret of settings.sessionSecrets) {
    try {
      const { payload } = await jwtVerify(token, keyOf(secret), {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ["sub", "iat", "exp", "epoch"],
      });
      const { sub, iat, exp, epoch } = payload;
      if (!sub || iat === undefined || exp === undefined || typeof epoch !== "number") return null;
      return { userId: sub, epoch, issuedAt: iat, expiresAt: exp };
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) return null;
    }
  }
  return null;
}
