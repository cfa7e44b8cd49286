/** Cloudflare Access adds a signed assertion to each request that it lets through. */
import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from "jose";
import { PROVIDER_TIMEOUT_SECONDS } from "../config/limits.ts";
import type { AccessSettings } from "../config/settings.ts";
import { reasonOf } from "../lib/log.ts";
import { type Identity, type Outcome, type Refused, refused } from "./outcome.ts";
import { fetchFromProvider } from "./provider-fetch.ts";
import { verifiedEmail } from "./verified-email.ts";

/** The header that Access sets. Requests that do not come through Access can forge it, so it is always verified. */
export const ASSERTION_HEADER = "cf-access-jwt-assertion";

const keySets = new WeakMap<AccessSettings, ReturnType<typeof createRemoteJWKSet>>();

/** The identity in the assertion. Service tokens have no email address and are refused. */
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
    return outcomeOfError(error);
  }
}

function identityOf(payload: JWTPayload, settings: AccessSettings): Outcome<Identity> {
  // Access itself verifies the address of each user.
  const email = verifiedEmail({ email: payload["email"], email_verified: true });
  if (!email.ok) return email;
  if (!payload.sub) return refused("token_invalid", "no subject");
  return { ok: true, value: { issuer: settings.teamOrigin, subject: payload.sub, email: email.value } };
}

/** jose caches the keys. For an unknown key it fetches them again, at most every 30 seconds. */
function keysOf(settings: AccessSettings) {
  const known = keySets.get(settings);
  if (known) return known;
  const keys = createRemoteJWKSet(new URL("/cdn-cgi/access/certs", settings.teamOrigin), {
    timeoutDuration: PROVIDER_TIMEOUT_SECONDS * 1000,
    [customFetch]: fetchFromProvider,
  });
  keySets.set(settings, keys);
  return keys;
}

function outcomeOfError(error: unknown): Refused {
  const detail = reasonOf(error);
  if (error instanceof errors.JWTExpired) return refused("clock_skew", detail);
  if (error instanceof errors.JWTClaimValidationFailed) {
    return refused(error.claim === "nbf" ? "clock_skew" : "token_invalid", detail);
  }
  if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) {
    return refused("provider_down", detail);
  }
  // jose's generic error: the keys could not be fetched.
  return refused(error.code === "ERR_JOSE_GENERIC" ? "provider_down" : "token_invalid", detail);
}
