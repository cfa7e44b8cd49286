import { createMiddleware } from "hono/factory";
import { settingsOf } from "../../config/settings.ts";
import { problemResponse } from "../../api/problem.ts";
import type { AppContext, AppEnv } from "./app-env.ts";

/** The studio's origin: `PUBLIC_URL`, or that of the request. */
export function originOf(c: AppContext): string {
  return settingsOf(c.env).publicOrigin ?? new URL(c.req.url).origin;
}

/** The same request to the studio's own origin: the OAuth provider compares addresses, and `PUBLIC_URL` may be another. */
export function requestToOrigin(c: AppContext): Request {
  const { pathname, search } = new URL(c.req.url);
  return new Request(originOf(c) + pathname + search, c.req.raw);
}

const SAFE_METHODS = ["GET", "HEAD", "OPTIONS"];

const OTHER_SITE = { code: "forbidden_origin", detail: "This request came from another site." } as const;

/**
 * Rejects requests from pages of other sites. A request without Origin and without a cross-site Sec-Fetch-Site does not
 * come from a page of another site, so a browser has not attached the cookie on that site's behalf.
 */
export const sameOrigin = createMiddleware<AppEnv>(async (c, next) => {
  if (isForeign(c, settingsOf(c.env).allowedOrigins)) return problemResponse(OTHER_SITE);
  await next();
});

/** Rejects the pages of `ALLOWED_ORIGINS` too: they may use the API, but not operate the studio or connect an app. */
export const ownOrigin = createMiddleware<AppEnv>(async (c, next) => {
  if (isForeign(c, [])) return problemResponse(OTHER_SITE);
  await next();
});

function isForeign(c: AppContext, allowed: readonly string[]): boolean {
  const origin = c.req.header("origin");
  if (origin !== undefined) {
    const own = [new URL(c.req.url).origin, settingsOf(c.env).publicOrigin];
    return !own.includes(origin) && !allowed.includes(origin);
  }
  const isUpgrade = c.req.header("upgrade") !== undefined;
  const isCrossSite = c.req.header("sec-fetch-site") === "cross-site";
  return isCrossSite && (isUpgrade || !SAFE_METHODS.includes(c.req.method));
}
