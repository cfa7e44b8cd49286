/** Pages of the origins in `ALLOWED_ORIGINS` may use the API. Without the setting there is no CORS. */
import { cors } from "hono/cors";
import { createMiddleware } from "hono/factory";
import { settingsOf } from "../../config/settings.ts";
import type { AppEnv } from "./app-env.ts";

const PREFLIGHT_SECONDS = 600;

const corsForNamed = cors({
  // Only requests of a named origin get here.
  origin: (origin) => origin,
  // The session is a SameSite=Lax cookie: a browser sends it from the studio's own site only, other hosts of it included.
  credentials: true,
  allowMethods: ["GET", "HEAD", "POST", "PATCH", "DELETE"],
  allowHeaders: [
    "authorization",
    "content-type",
    "idempotency-key",
    // Of MCP clients.
    "mcp-method",
    "mcp-name",
    "mcp-protocol-version",
  ],
  exposeHeaders: ["retry-after", "etag", "content-disposition", "www-authenticate"],
  maxAge: PREFLIGHT_SECONDS,
});

/** Responds to preflights of named origins, and lets their pages read the responses. */
export const allowedOrigins = createMiddleware<AppEnv>(async (c, next) => {
  const named = settingsOf(c.env).allowedOrigins;
  if (named.length === 0) return next();
  if (named.includes(c.req.header("origin") ?? "")) return corsForNamed(c, next);
  await next();
  // The response depends on the origin: tells caches.
  c.header("vary", "Origin", { append: true });
});
