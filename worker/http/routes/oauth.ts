/** OAuth 2.1 for apps that connect to `/mcp`: discovery, registration, tokens, and the consent page. */
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { problemResponse } from "../../api/problem.ts";
import { TOO_MANY_REQUESTS } from "../../api/refusals.ts";
import {
  GRANTABLE_SCOPES,
  isOAuthPossible,
  RESOURCE_METADATA_PATH,
  resourceOf,
} from "../../auth/oauth/paths.ts";
import { authorize } from "../../auth/principal.ts";
import { MAX_CONNECTED_APPS, MAX_OAUTH_BODY_BYTES } from "../../config/limits.ts";
import { settingsOf } from "../../config/settings.ts";
import { databaseFor } from "../../db/client.ts";
import { listConnectedApps } from "../../use-cases/connected-apps.ts";
import type { AppContext, AppEnv } from "../middleware/app-env.ts";
import { bodyUpTo } from "../middleware/body.ts";
import { originOf, sameOrigin } from "../middleware/origin.ts";
import { isWithinRate } from "../middleware/rate-limit.ts";
import { sessionOf } from "../middleware/session.ts";
import { consentNotice, consentPage } from "../pages/consent-page.tsx";
import { text } from "../pages/text.ts";

const provider = () => import("../../auth/oauth/provider.ts");

/** 404 where OAuth cannot be secure; 500 for a wrong setting. */
const onlyIfPossible = createMiddleware<AppEnv>(async (c, next) => {
  settingsOf(c.env);
  if (!isOAuthPossible(originOf(c))) return c.notFound();
  await next();
});

const limitedBy = (limiter: "RL_SIGN_IN" | "RL_API_KEY") =>
  createMiddleware<AppEnv>(async (c, next) => {
    if (!(await isWithinRate(c.env[limiter], c))) return problemResponse(TOO_MANY_REQUESTS);
    await next();
  });

/** A request to the studio's own origin: the provider compares addresses, and `PUBLIC_URL` may be another host. */
function requestOf(c: AppContext): Request {
  const { pathname, search } = new URL(c.req.url);
  return new Request(originOf(c) + pathname + search, c.req.raw);
}

/** The provider's response. Which origins may read it is decided by `ALLOWED_ORIGINS`. */
async function serve(c: AppContext): Promise<Response> {
  const { serveOAuth } = await provider();
  const response = await serveOAuth(c.env, originOf(c), requestOf(c), c.executionCtx as ExecutionContext);
  const headers = new Headers(response.headers);
  for (const name of response.headers.keys()) if (name.startsWith("access-control-")) headers.delete(name);
  headers.set("cache-control", "no-store");
  return new Response(response.body, { status: response.status, headers });
}

export const oauthDiscovery = new Hono<AppEnv>()
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

export const oauth = new Hono<AppEnv>()
  .post("/register", onlyIfPossible, limitedBy("RL_SIGN_IN"), bodyUpTo(MAX_OAUTH_BODY_BYTES), serve)
  .post("/token", onlyIfPossible, limitedBy("RL_API_KEY"), bodyUpTo(MAX_OAUTH_BODY_BYTES), serve)
  .get("/authorize", onlyIfPossible, limitedBy("RL_SIGN_IN"), (c) => recovered(c, () => showConsent(c)))
  .post(
    "/authorize",
    onlyIfPossible,
    limitedBy("RL_SIGN_IN"),
    sameOrigin,
    bodyUpTo(MAX_OAUTH_BODY_BYTES),
    (c) => recovered(c, () => decide(c)),
  );

const RESTART = { href: "/", label: text.toStudio };

/** An error of the request is shown, or sent to the app if its redirect URI is valid. */
async function recovered(c: AppContext, respond: () => Promise<Response>): Promise<Response> {
  const { AuthorizationError } = await provider();
  try {
    return await respond();
  } catch (error) {
    if (!(error instanceof AuthorizationError)) throw error;
    if (error.redirectTo) return c.redirect(error.redirectTo, 302);
    const what = `${error.description} ${text.consent.restart}`;
    return consentNotice(c, 400, { title: text.consent.failed, what, link: RESTART });
  }
}

/** The signed-in user, or the page that asks for the sign-in. */
async function signedIn(c: AppContext) {
  const session = await sessionOf(c);
  const principal = session && (await authorize(databaseFor(c.env, session.userId), session));
  return principal?.ok ? principal.value : null;
}

function askToSignIn(c: AppContext): Response | Promise<Response> {
  const { pathname, search } = new URL(c.req.url);
  const { oidc, access } = settingsOf(c.env);
  if (oidc || access) {
    return c.redirect(`/api/auth/login?return_to=${encodeURIComponent(pathname + search)}`, 302);
  }
  const link = { href: "/", label: text.consent.openStudio };
  return consentNotice(c, 401, { title: text.consent.signIn, what: text.consent.signInWhy, link });
}

async function showConsent(c: AppContext): Promise<Response> {
  const { authorizationErrorRedirect, consentOf } = await provider();
  const consent = consentOf(c.env, originOf(c));
  const request = await consent.parseAuthRequest(requestOf(c));
  const asked = request.scope;
  const scopes = GRANTABLE_SCOPES.filter((scope) => asked.length === 0 || asked.includes(scope));
  if (scopes.length === 0) return c.redirect(authorizationErrorRedirect(request, "invalid_scope"), 302);
  const user = await signedIn(c);
  if (!user) return askToSignIn(c);
  const apps = await listConnectedApps(c, user);
  if (apps.ok && apps.value.length >= MAX_CONNECTED_APPS) {
    const link = { href: "/account", label: text.toStudio };
    const what = text.consent.tooMany(MAX_CONNECTED_APPS);
    return consentNotice(c, 409, { title: text.consent.failed, what, link });
  }
  const description = await consent.describeConsent(request);
  const { handle, headers } = await consent.beginConsent({ ...request, scope: scopes });
  const page = await consentPage(c, { description, scopes, handle, user: user.user });
  for (const cookie of headers.getSetCookie()) page.headers.append("set-cookie", cookie);
  return page;
}

async function decide(c: AppContext): Promise<Response> {
  const { consentOf } = await provider();
  const consent = consentOf(c.env, originOf(c));
  const form = new URLSearchParams(await c.req.text());
  const handle = form.get("handle") ?? "";
  const user = await signedIn(c);
  if (!user || user.userId !== form.get("user")) {
    // The account of the page is not the one that is signed in.
    return consentNotice(c, 401, { title: text.consent.signIn, what: text.consent.restart, link: RESTART });
  }
  // Its cookies only: the body is read.
  const request = new Request(originOf(c), { headers: c.req.raw.headers });
  if (form.get("decision") !== "allow") {
    const denied = await consent.denyConsent(request, handle);
    return new Response(null, { status: 302, headers: denied.headers });
  }
  const { request: approved, headers } = await consent.approveConsent(request, handle);
  const { clientName, redirectHost } = await consent.describeConsent(approved);
  const { redirectTo } = await consent.completeAuthorization({
    request: approved,
    userId: user.userId,
    scope: approved.scope,
    metadata: { name: clientName.slice(0, 100), redirectHost },
    props: {},
  });
  headers.set("location", redirectTo);
  return new Response(null, { status: 302, headers });
}
