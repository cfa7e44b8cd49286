/** What `/oauth/authorize` responds: the consent page, and where its answer leads. Imported with the first request. */
import { devSignInBody } from "../../api/schemas/requests/session.ts";
import { GRANTABLE_SCOPES } from "../../auth/oauth/paths.ts";
import { AuthorizationError, authorizationErrorRedirect, consentOf } from "../../auth/oauth/provider.ts";
import { authorize, type Principal } from "../../auth/principal.ts";
import { MAX_CONNECTED_APPS } from "../../config/limits.ts";
import { settingsOf } from "../../config/settings.ts";
import { databaseFor } from "../../db/client.ts";
import { listConnectedApps } from "../../use-cases/connected-apps.ts";
import type { AppContext } from "../middleware/app-env.ts";
import { isDevSignInOpen, signInDev } from "../middleware/dev-sign-in.ts";
import { originOf, requestToOrigin } from "../middleware/origin.ts";
import { sessionOf } from "../middleware/session.ts";
import { consentNotice, consentPage, devSignInPage, MAX_SHOWN_NAME } from "./consent-page.tsx";
import { consentText } from "./consent-text.ts";
import { signInPage } from "./sign-in-page.tsx";
import { text } from "./text.ts";

const RESTART = { href: "/", label: text.toStudio };

/** An error of the request is shown, or sent to the app if its redirect URI is valid. */
async function recovered(c: AppContext, respond: () => Promise<Response>): Promise<Response> {
  try {
    return await respond();
  } catch (error) {
    if (!(error instanceof AuthorizationError)) throw error;
    if (error.redirectTo) return c.redirect(error.redirectTo, 302);
    const what = consentText.invalid(error.description);
    return consentNotice(c, 400, { title: consentText.failed, what, link: RESTART });
  }
}

/** Null: not signed in, or not allowed to use the studio. */
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
  if (isDevSignInOpen(c)) return devSignInPage(c, 401);
  const link = { href: "/", label: text.openStudio };
  return consentNotice(c, 401, { title: consentText.signIn, what: consentText.signInWhy, link });
}

/** The form of `devSignInPage`. Its address is that of the consent page. */
async function signInAndReturn(c: AppContext, asked: string): Promise<Response> {
  const body = devSignInBody.safeParse({ email: asked });
  if (!body.success) return devSignInPage(c, 400);
  if (!(await signInDev(c, body.data.email))) return signInPage(c, "suspended");
  const { pathname, search } = new URL(c.req.url);
  return c.redirect(pathname + search, 303);
}

export const showConsent = (c: AppContext) => recovered(c, () => show(c));
export const answerConsent = (c: AppContext) => recovered(c, () => decide(c));

async function show(c: AppContext): Promise<Response> {
  const consent = consentOf(c.env, originOf(c));
  const request = await consent.parseAuthRequest(requestToOrigin(c));
  const asked = request.scope;
  const scopes = GRANTABLE_SCOPES.filter((scope) => asked.length === 0 || asked.includes(scope));
  if (scopes.length === 0) return c.redirect(authorizationErrorRedirect(request, "invalid_scope"), 302);
  const user = await signedIn(c);
  if (!user) return askToSignIn(c);
  if (await hasTooManyApps(c, user)) return tooManyApps(c);
  const description = await consent.describeConsent(request);
  const { handle, headers } = await consent.beginConsent({ ...request, scope: scopes });
  const page = await consentPage(c, { description, scopes, handle, user: user.user });
  for (const cookie of headers.getSetCookie()) page.headers.append("set-cookie", cookie);
  return page;
}

async function hasTooManyApps(c: AppContext, principal: Principal): Promise<boolean> {
  const apps = await listConnectedApps(c, principal);
  return apps.ok && apps.value.length >= MAX_CONNECTED_APPS;
}

function tooManyApps(c: AppContext) {
  const link = { href: "/account", label: text.toStudio };
  const what = consentText.tooMany(MAX_CONNECTED_APPS);
  return consentNotice(c, 409, { title: consentText.failed, what, link });
}

async function decide(c: AppContext): Promise<Response> {
  const consent = consentOf(c.env, originOf(c));
  const form = new URLSearchParams(await c.req.text());
  const email = form.get("email");
  if (email !== null && isDevSignInOpen(c)) return signInAndReturn(c, email);
  const handle = form.get("handle") ?? "";
  const user = await signedIn(c);
  if (!user || user.userId !== form.get("user")) {
    // The account of the page is not the one that is signed in.
    return consentNotice(c, 401, { title: consentText.signIn, what: consentText.restart, link: RESTART });
  }
  // Its cookies only: the body is read.
  const request = new Request(originOf(c), { headers: c.req.raw.headers });
  if (form.get("decision") !== "allow") {
    const denied = await consent.denyConsent(request, handle);
    return new Response(null, { status: 302, headers: denied.headers });
  }
  // Consent pages may be open in several tabs.
  if (await hasTooManyApps(c, user)) return tooManyApps(c);
  const { request: approved, headers } = await consent.approveConsent(request, handle);
  const { clientName, redirectHost } = await consent.describeConsent(approved);
  const { redirectTo } = await consent.completeAuthorization({
    request: approved,
    userId: user.userId,
    scope: approved.scope,
    metadata: { name: clientName.slice(0, MAX_SHOWN_NAME), redirectHost },
    props: {},
  });
  headers.set("location", redirectTo);
  return new Response(null, { status: 302, headers });
}
