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

function namedOrigins(c: AppContext): string[] {
  const { publicOrigin, allowedOrigins } = settingsOf(c.env);
  return publicOrigin === null ? allowedOrigins : [publicOrigin, ...allowedOrigins];
}

const SAFE_METHODS = ["GET", "HEAD", "OPTIONS"];

/**
 * Rejects requests from pages of other sites. A request without Origin and without a cross-site Sec-Fetch-Site does not
 * come from a page of another site, so a browser has not attached the cookie on that site's behalf.
 */
export const sameOrigin = createMiddleware<AppEnv>(async (c, next) => {
  const origin = c.req.header("origin");
  const isUpgrade = c.req.header("upgrade") !== undefined;
  const isForeign =
    origin !== undefined
      ? origin !== new URL(c.req.url).origin && !namedOrigins(c).includes(origin)
      : c.req.header("sec-fetch-site") === "cross-site" &&
        (isUpgrade || !SAFE_METHODS.includes(c.req.method));
  if (isForeign) {
    return problemResponse({ code: "forbidden_origin", detail: "This request came from another site." });
  }
  await next();
});
