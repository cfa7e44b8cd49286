/**
 * OAuth 2.1 for apps that connect to `/mcp`: discovery, registration, tokens, and the consent page. The provider and the
 * page are loaded with the first request: other routes do not pay for them.
 */
import { createMiddleware } from "hono/factory";
import {
  GRANTABLE_SCOPES,
  isOAuthPossible,
  RESOURCE_METADATA_PATH,
  resourceOf,
} from "../../auth/oauth/paths.ts";
import { MAX_OAUTH_BODY_BYTES } from "../../config/limits.ts";
import { settingsOf } from "../../config/settings.ts";
import type { AppContext, AppEnv } from "../middleware/app-env.ts";
import { bodyUpTo } from "../middleware/body.ts";
import { originOf, requestToOrigin, ownOrigin } from "../middleware/origin.ts";
import { limitedBy } from "../middleware/rate-limit.ts";
import { newApp } from "../routing.ts";

const consent = () => import("../pages/consent.ts");

/** 404 where OAuth cannot be secure; 500 for a wrong setting. */
const onlyIfPossible = createMiddleware<AppEnv>(async (c, next) => {
  settingsOf(c.env);
  if (!isOAuthPossible(originOf(c))) return c.notFound();
  await next();
});

/** The provider's response. Which origins may read it is decided by `ALLOWED_ORIGINS`. */
async function serve(c: AppContext): Promise<Response> {
  const { serveOAuth } = await import("../../auth/oauth/provider.ts");
  const response = await serveOAuth(
    c.env,
    originOf(c),
    requestToOrigin(c),
    c.executionCtx as ExecutionContext,
  );
  const headers = new Headers(response.headers);
  for (const name of response.headers.keys()) if (name.startsWith("access-control-")) headers.delete(name);
  headers.set("cache-control", "no-store");
  return new Response(response.body, { status: response.status, headers });
}

export const oauthDiscovery = newApp()
  .get("/oauth-authorization-server", onlyIfPossible, serve)
  .get("/oauth-protected-resource", onlyIfPossible, resourceMetadata)
  .get(RESOURCE_METADATA_PATH.replace("/.well-known", ""), onlyIfPossible, resourceMetadata);

/** RFC 9728. */
function resourceMetadata(c: AppContext) {
  const origin = originOf(c);
  const metadata = {
    resource: resourceOf(origin),
    authorization_servers: [origin],
    scopes_supported: GRANTABLE_SCOPES,
    bearer_methods_supported: ["header"],
    resource_name: "Image Studio",
    resource_documentation: `${origin}/developers`,
  };
  return c.json(metadata, 200, { "cache-control": "no-store" });
}

export const oauth = newApp()
  .post("/register", onlyIfPossible, limitedBy("RL_SIGN_IN"), bodyUpTo(MAX_OAUTH_BODY_BYTES), serve)
  .post("/token", onlyIfPossible, limitedBy("RL_API_KEY"), bodyUpTo(MAX_OAUTH_BODY_BYTES), serve)
  .get("/authorize", onlyIfPossible, limitedBy("RL_SIGN_IN"), async (c) => (await consent()).showConsent(c))
  .post(
    "/authorize",
    onlyIfPossible,
    limitedBy("RL_SIGN_IN"),
    ownOrigin,
    bodyUpTo(MAX_OAUTH_BODY_BYTES),
    async (c) => (await consent()).answerConsent(c),
  );
