/** JWTs that this studio signs, with one audience per use. */
import { errors, type JWTPayload, jwtVerify, SignJWT } from "jose";
import { hexOf } from "../lib/hex.ts";

const ALGORITHM = "HS256";
const ISSUER = "image-studio";

const keyOf = (secret: string) => new TextEncoder().encode(secret);

/** A token is valid for its own use only. */
export type TokenUse = { audience: string; lifetimeSeconds: number };

/** A token with these claims, signed with the first secret. `now` in milliseconds. */
export async function signToken(
  secrets: readonly string[],
  { audience, lifetimeSeconds }: TokenUse,
  claims: JWTPayload,
  now: number,
): Promise<string> {
  const issuedAt = Math.floor(now / 1000);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: ALGORITHM })
    .setIssuer(ISSUER)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifetimeSeconds)
    .sign(keyOf(secrets[0] as string));
}

/** The claims of a token; null if it is not signed with any of the secrets, expired, or made for another use. */
export async function readToken(
  secrets: readonly string[],
  audience: string,
  token: string,
): Promise<JWTPayload | null> {
  for (const secret of secrets) {
    try {
      const { payload } = await jwtVerify(token, keyOf(secret), {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience,
        requiredClaims: ["iat", "exp"],
      });
      return payload;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) return null;
    }
  }
  return null;
}

/** Secrets for one use only: one that became known would not sign sessions. */
export function secretsFor(secrets: readonly string[], audience: string): Promise<string[]> {
  return Promise.all(secrets.map((secret) => derive(secret, audience)));
}

async function derive(secret: string, audience: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", keyOf(secret), algorithm, false, ["sign"]);
  return hexOf(await crypto.subtle.sign("HMAC", key, keyOf(audience)));
}
