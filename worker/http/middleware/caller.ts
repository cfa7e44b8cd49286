/** Who makes the request. An `Authorization` header counts alone: a wrong key is not replaced by the cookie. */
import { createMiddleware } from "hono/factory";
import { ok, problemResponse, refuse, type Result } from "../../api/problem.ts";
import { TOO_MANY_REQUESTS, UNAUTHENTICATED } from "../../api/refusals.ts";
import {
  type Caller,
  callerOfAccessToken,
  callerOfKey,
  callerOfSession,
  hasScope,
  scopeMissing,
} from "../../auth/caller.ts";
import { isAccessToken, isOAuthPossible, RESOURCE_METADATA_PATH } from "../../auth/oauth/paths.ts";
import { authorize } from "../../auth/principal.ts";
import { databaseFor } from "../../db/client.ts";
import type { Scope } from "../../shared/api-keys.ts";
import type { AppContext, WithCaller, WithPrincipal } from "./app-env.ts";
import { keyRateOf } from "./key-rate.ts";
import { originOf } from "./origin.ts";
import { sessionOf } from "./session.ts";

const INVALID_KEY = {
  code: "unauthenticated",
  detail: "This API key or access token is not valid.",
} as const;

const LIMITED = { ok: false, refusal: TOO_MANY_REQUESTS } as const;

/** `Bearer` is the only scheme (RFC 6750). The OAuth provider's tokens have colons. */
const BEARER = /^Bearer +([\w.~+/:-]+=*)$/i;

/** The caller of an API key or an access token, whatever its scopes; null without an `Authorization` header. */
async function bearerOf(c: AppContext): Promise<Result<Caller> | null> {
  const header = c.req.header("authorization");
  if (header === undefined) return null;
  const key = BEARER.exec(header.trim())?.[1] ?? null;
  const rate = await keyRateOf(c, key);
  if (!(await rate.isWithin())) return LIMITED;
  const caller = key === null ? null : await callerOfBearer(c, key);
  if (!caller?.ok || caller.value.key === null) {
    rate.reject();
    return caller ?? { ok: false, refusal: INVALID_KEY };
  }
  return (await rate.accept(caller.value.key.id)) ? caller : LIMITED;
}

async function callerOfBearer(c: AppContext, key: string): Promise<Result<Caller> | null> {
  if (isAccessToken(key)) {
    return isOAuthPossible(originOf(c)) ? callerOfAccessToken(c.env, originOf(c), key) : null;
  }
  const deps = { env: c.env, waitUntil: (work: Promise<unknown>) => c.executionCtx.waitUntil(work) };
  return callerOfKey(deps, key, Date.now());
}

/** The caller of an API key with this scope (null: only a session may do this); null without an `Authorization` header. */
export async function keyCallerOf(c: AppContext, scope: Scope | null): Promise<Result<Caller> | null> {
  const caller = await bearerOf(c);
  if (!caller?.ok) return caller;
  if (scope === null)
    return refuse("insufficient_scope", "An API key or an app cannot do this. Sign in to the studio.");
  return hasScope(caller.value, scope) ? caller : scopeMissing(scope);
}

async function callerOf(c: AppContext, scope: Scope | null): Promise<Result<Caller>> {
  const byKey = await keyCallerOf(c, scope);
  if (byKey) return byKey;
  const session = await sessionOf(c);
  return session ? ok(callerOfSession(session)) : { ok: false, refusal: UNAUTHENTICATED };
}

/** RFC 6750, 3: tells a client that sent a key that another key may work. */
const CHALLENGE = { "www-authenticate": 'Bearer realm="image-studio"' };

export function callerProblem(c: AppContext, { refusal }: Extract<Result<Caller>, { ok: false }>): Response {
  const isKey = c.req.header("authorization") !== undefined;
  return problemResponse(refusal, isKey && refusal.code === "unauthenticated" ? CHALLENGE : {});
}

function withCallerOf(scope: Scope | null) {
  return createMiddleware<WithCaller>(async (c, next) => {
    const caller = await callerOf(c, scope);
    if (!caller.ok) return callerProblem(c, caller);
    c.set("caller", caller.value);
    await next();
  });
}

/**
 * A session, or an API key with this scope. A session's token is only verified, without a read: what a handler does with
 * `c.var.caller` is authorized by the user's row, by `withPrincipal` or a use case that takes the claim.
 */
export const withCaller = (scope: Scope) => withCallerOf(scope);

/** A session only: an API key cannot do this. */
export const withSession = withCallerOf(null);

const CREDENTIAL_NEEDED = {
  code: "unauthenticated",
  detail: "Send an API key of this studio, or connect by OAuth.",
} as const;

/** Tells an MCP client where it gets access (RFC 9728, 5.1). */
function resourceChallenge(c: AppContext): Record<string, string> {
  const origin = originOf(c);
  if (!isOAuthPossible(origin)) return CHALLENGE;
  const error = c.req.header("authorization") === undefined ? "" : ', error="invalid_token"';
  const metadata = `resource_metadata="${origin}${RESOURCE_METADATA_PATH}"`;
  return { "www-authenticate": `${CHALLENGE["www-authenticate"]}${error}, ${metadata}` };
}

/**
 * An API key or an access token, whatever its scopes. No session: the browser sends its cookie with requests that a page
 * of another site causes, and clients of this route have no cookie.
 */
export const withBearer = createMiddleware<WithCaller>(async (c, next) => {
  const caller = (await bearerOf(c)) ?? { ok: false, refusal: CREDENTIAL_NEEDED };
  if (!caller.ok) {
    const isUnauthenticated = caller.refusal.code === "unauthenticated";
    return problemResponse(caller.refusal, isUnauthenticated ? resourceChallenge(c) : {});
  }
  c.set("caller", caller.value);
  await next();
});

/** Authorizes the caller by the user's row. Goes behind `withCaller` and the checks of the request's body. */
export const withPrincipal = createMiddleware<WithPrincipal>(async (c, next) => {
  const { caller } = c.var;
  const principal = await authorize(databaseFor(c.env, caller.userId), caller);
  if (!principal.ok) return problemResponse(principal.refusal);
  c.set("principal", principal.value);
  await next();
});
