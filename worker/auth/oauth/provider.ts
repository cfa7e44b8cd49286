/** The OAuth 2.1 authorization server of the studio. Imported with the first request that needs it. */
import { OAuthAuthorizationServer, type OAuthHelpers } from "@cloudflare/workers-oauth-provider";
import { log } from "../../lib/log.ts";
import { GRANTABLE_SCOPES, resourceOf } from "./paths.ts";
import { keyValueStore } from "./storage.ts";

export { AuthorizationError, authorizationErrorRedirect } from "@cloudflare/workers-oauth-provider";

const HOUR_SECONDS = 60 * 60;
const DAY_SECONDS = 24 * HOUR_SECONDS;
/** From the consent on, however often its tokens are refreshed. */
const GRANT_SECONDS = 90 * DAY_SECONDS;
/** A registration that is not used for this long is removed. */
const CLIENT_SECONDS = 30 * DAY_SECONDS;

type StoreEnv = { OAUTH_KV: KVNamespace };

function serverOf(origin: string): OAuthAuthorizationServer<StoreEnv> {
  return new OAuthAuthorizationServer<StoreEnv>({
    issuer: origin,
    resources: [resourceOf(origin)],
    authorizeEndpoint: "/oauth/authorize",
    tokenEndpoint: "/oauth/token",
    clientRegistrationEndpoint: "/oauth/register",
    scopesSupported: [...GRANTABLE_SCOPES],
    accessTokenTTL: HOUR_SECONDS,
    refreshTokenTTL: GRANT_SECONDS,
    clientRegistrationTTL: CLIENT_SECONDS,
    onError: ({ code, internal }) => log("oauth_refused", { code, reason: internal.reason }),
  });
}

const storeOf = (env: Env): StoreEnv => ({ OAUTH_KV: keyValueStore(env) });

/** The consent page's functions. */
export function consentOf(env: Env, origin: string): OAuthHelpers {
  return serverOf(origin).getOAuthApi(storeOf(env));
}

/** Discovery, registration, tokens and their revocation. */
export function serveOAuth(
  env: Env,
  origin: string,
  request: Request,
  context: ExecutionContext,
): Promise<Response> {
  return serverOf(origin).fetch(request, storeOf(env), context);
}

/** What an access token allows; null: it is unknown, revoked or expired. `expiresAt` in seconds since 1970. */
export async function readAccessToken(
  env: Env,
  origin: string,
  token: string,
): Promise<{ userId: string; grantId: string; scopes: string[]; expiresAt: number } | null> {
  const valid = await serverOf(origin).validateToken(resourceOf(origin), token, storeOf(env));
  const grantId = token.split(":")[1];
  if (!valid || grantId === undefined) return null;
  return { userId: valid.userId, grantId, scopes: valid.scope, expiresAt: valid.expiresAt };
}
