/** OpenID Connect: the code flow with PKCE, state and nonce. The signature of the ID token is always checked. */
import * as client from "openid-client";
import { PROVIDER_TIMEOUT_SECONDS } from "../config/limits.ts";
import type { OidcSettings } from "../config/settings.ts";
import { reasonOf } from "../lib/log.ts";
import type { Flow } from "./flow.ts";
import { type Identity, type Outcome, type Refused, refused } from "./outcome.ts";
import { fetchFromProvider } from "./provider-fetch.ts";
import { verifiedEmail } from "./verified-email.ts";

/** Two machines' clocks always differ a little. */
const CLOCK_TOLERANCE_SECONDS = 30;
/** A provider's endpoints rarely change; openid-client fetches the keys again for an unknown key. */
const DISCOVERY_MS = 60 * 60 * 1000;

/** Results, not promises: on Workers a request cannot await a promise that another request made. */
const discovered = new WeakMap<OidcSettings, { configuration: client.Configuration; at: number }>();

/** Where to send the browser, and what the response must match. */
export async function beginSignIn(
  settings: OidcSettings,
  redirectUri: string,
  returnTo: string,
  now: number,
): Promise<Outcome<{ url: URL; flow: Flow }>> {
  try {
    const configuration = await discover(settings, now);
    const flow: Flow = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
      returnTo,
    };
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: "openid email",
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: "S256",
    });
    return { ok: true, value: { url, flow } };
  } catch (error) {
    return outcomeOfError(error);
  }
}

/** The identity in the provider's response. `callback`: the redirect URI with that response in its query. */
export async function finishSignIn(
  settings: OidcSettings,
  callback: URL,
  flow: Flow,
  now: number,
): Promise<Outcome<Identity>> {
  // First: a response with another state, also an error, is from another sign-in.
  if (callback.searchParams.get("state") !== flow.state) return refused("state_lost", "another state");
  try {
    const configuration = await discover(settings, now);
    const tokens = await client.authorizationCodeGrant(configuration, callback, {
      expectedState: flow.state,
      expectedNonce: flow.nonce,
      pkceCodeVerifier: flow.verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (!claims) return refused("token_invalid", "no claims");
    const isComplete = "email" in claims && (settings.trustsUnverifiedEmail || "email_verified" in claims);
    const emailClaims = isComplete ? claims : await userInfo(configuration, tokens.access_token, claims);
    const email = verifiedEmail(
      settings.trustsUnverifiedEmail ? { ...emailClaims, email_verified: true } : emailClaims,
    );
    if (!email.ok) return email;
    return { ok: true, value: { issuer: claims.iss, subject: claims.sub, email: email.value } };
  } catch (error) {
    return outcomeOfError(error);
  }
}

/**
 * The email claims, or only `email_verified`, of a provider that omits them from the ID token. `email_verified` of the
 * user info applies only to the address there.
 */
async function userInfo(
  configuration: client.Configuration,
  accessToken: string,
  claims: client.IDToken,
): Promise<Record<string, unknown>> {
  if (!configuration.serverMetadata().userinfo_endpoint) return claims;
  const info = await client.fetchUserInfo(configuration, accessToken, claims.sub);
  return "email" in info ? info : { email: claims["email"], email_verified: info["email_verified"] };
}

/**
 * How the studio authenticates at the token endpoint. A provider that publishes no methods supports HTTP Basic (OpenID
 * Connect Discovery 1.0, section 3); the secret goes into the body only where that is published and Basic is not.
 */
function authenticationWith(clientSecret: string): client.ClientAuth {
  const post = client.ClientSecretPost(clientSecret);
  return (server, metadata, body, headers) => {
    const published: unknown = server.token_endpoint_auth_methods_supported;
    const methods: unknown[] = Array.isArray(published) ? published : [];
    const isPostOnly = methods.includes("client_secret_post") && !methods.includes("client_secret_basic");
    if (isPostOnly) return post(server, metadata, body, headers);
    const credentials = `${formEncoded(metadata.client_id)}:${formEncoded(clientSecret)}`;
    headers.set("authorization", `Basic ${btoa(credentials)}`);
  };
}

/**
 * As RFC 6749, 2.3.1 asks for. openid-client's own version also encodes `-`, `_` and `.`, which the standard leaves as
 * they are and some providers do not decode.
 */
function formEncoded(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}

async function discover(settings: OidcSettings, now: number): Promise<client.Configuration> {
  const known = discovered.get(settings);
  if (known && now - known.at < DISCOVERY_MS) return known.configuration;
  const { issuer, clientId, clientSecret } = settings;
  const secure = [client.enableNonRepudiationChecks];
  const configuration = await client.discovery(
    issuer,
    clientId,
    { [client.clockTolerance]: CLOCK_TOLERANCE_SECONDS },
    clientSecret === null ? client.None() : authenticationWith(clientSecret),
    {
      timeout: PROVIDER_TIMEOUT_SECONDS,
      // The settings take http on loopback only.
      execute: issuer.protocol === "http:" ? [...secure, client.allowInsecureRequests] : secure,
      [client.customFetch]: (url, options) => fetchFromProvider(url, options as RequestInit),
    },
  );
  discovered.set(settings, { configuration, at: now });
  return configuration;
}

const CLIENT_ERRORS = new Set(["invalid_client", "unauthorized_client", "invalid_request"]);
/** The user declined, or the provider requires something from them. */
const DECLINED = new Set(["access_denied", "consent_required", "interaction_required", "login_required"]);
const TOKEN_ERRORS = new Set([
  "OAUTH_JWT_CLAIM_COMPARISON_FAILED",
  "OAUTH_INVALID_RESPONSE",
  "OAUTH_KEY_SELECTION_FAILED",
  "OAUTH_UNSUPPORTED_OPERATION",
  "OAUTH_PARSE_ERROR",
  "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED",
]);

function outcomeOfError(error: unknown): Refused {
  if (error instanceof client.AuthorizationResponseError) {
    const detail = errorNameOf(error.error);
    if (DECLINED.has(error.error)) return refused("declined", detail);
    return refused(CLIENT_ERRORS.has(error.error) ? "provider_refuses_studio" : "provider_down", detail);
  }
  if (error instanceof client.ResponseBodyError) {
    const detail = errorNameOf(error.error);
    if (error.error === "invalid_grant") return refused("code_rejected", detail);
    return refused(CLIENT_ERRORS.has(error.error) ? "provider_refuses_studio" : "provider_down", detail);
  }
  if (error instanceof client.WWWAuthenticateChallengeError) {
    return refused("provider_refuses_studio", `status ${error.status}`);
  }
  const code = error instanceof client.ClientError ? error.code : undefined;
  const detail = reasonOf(error);
  if (code === "OAUTH_JWT_TIMESTAMP_CHECK_FAILED") return refused("clock_skew", detail);
  return refused(code !== undefined && TOKEN_ERRORS.has(code) ? "token_invalid" : "provider_down", detail);
}

/** The error's name if it looks like one of the standards': the browser could have sent any text. */
function errorNameOf(error: string): string {
  return /^[a-z_]{1,40}$/.test(error) ? error : "unnamed error";
}
