import { createMiddleware } from "hono/factory";
import { settingsOf } from "../../config/settings.ts";
import { problemResponse } from "../../api/problem.ts";
import type { AppContext, AppEnv } from "./app-env.ts";

/** Where the studio is reached, for this request. */
export function originOf(c: AppContext): string {
  return settingsOf(c.env).publicOrigin ?? new URL(c.req.url).origin;
}

function namedOrigins(c: AppContext): string[] {
  const { publicOrigin, allowedOrigins } = settingsOf(c.env);
  return publicOrigin === null ? allowedOrigins : [publicOrigin, ...allowedOrigins];
}

const SAFE_METHODS = ["GET", "HEAD", "OPTIONS"];

/**
 * Turns away what a page of another site sent. No Origin and no cross-site Sec-Fetch-Site is no browser's request,
 * and carries no cookie that a browser would add by itself.
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
