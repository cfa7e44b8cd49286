/** Cloudflare Access: whoever comes through it brings a signed assertion. */
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from "jose";
import { type AccessSettings, PROVIDER_TIMEOUT_SECONDS } from "../env.ts";
import { reasonOf } from "../log.ts";
import { type Identity, type Outcome, type Refused, refused } from "./outcome.ts";
import { verifiedEmail } from "./verified-email.ts";

/** The header that Access adds, and that nobody can send past it. */
export const ASSERTION_HEADER = "cf-access-jwt-assertion";

const keySets = new WeakMap<AccessSettings, ReturnType<typeof createRemoteJWKSet>>();

/** Who the assertion vouches for. A service token has no address, and is nobody. */
export async function identityFromAccess(
  settings: AccessSettings,
  assertion: string | undefined,
): Promise<Outcome<Identity>> {
  if (!assertion) return refused("access_missing");
  try {
    const { payload } = await jwtVerify(assertion, keysOf(settings), {
      algorithms: ["RS256"],
      issuer: settings.teamOrigin,
      audience: settings.audience,
      requiredClaims: ["exp", "iat"],
      clockTolerance: "30s",
    });
    return identityOf(payload, settings);
  } catch (error) {
    return refusalOf(error);
  }
}

function identityOf(payload: JWTPayload, settings: AccessSettings): Outcome<Identity> {
  // Access lets nobody through whose address it has not verified itself.
  const email = verifiedEmail({ email: payload["email"], email_verified: true });
  if (!email.ok) return email;
  if (!payload.sub) return refused("token_invalid", "no subject");
  return { ok: true, value: { issuer: settings.teamOrigin, subject: payload.sub, email: email.value } };
}

/** jose keeps the keys, and asks again where an unknown one signs, not more often than every 30 seconds. */
function keysOf(settings: AccessSettings) {
  const known = keySets.get(settings);
  if (known) return known;
  const keys = createRemoteJWKSet(new URL("/cdn-cgi/access/certs", settings.teamOrigin), {
    timeoutDuration: PROVIDER_TIMEOUT_SECONDS * 1000,
  });
  keySets.set(settings, keys);
  return keys;
}

function refusalOf(error: unknown): Refused {
  const detail = reasonOf(error);
  if (error instanceof errors.JWTExpired) return refused("clock_skew", detail);
  if (error instanceof errors.JWTClaimValidationFailed) {
    return refused(error.claim === "nbf" ? "clock_skew" : "token_invalid", detail);
  }
  if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) {
    return refused("provider_down", detail);
  }
  // jose's plainest error says that the keys could not be had.
  return refused(error.code === "ERR_JOSE_GENERIC" ? "provider_down" : "token_invalid", detail);
}
