/** Pages of other origins that the operator names may use the API. Without `ALLOWED_ORIGINS` there is no CORS at all. */
import { cors } from "hono/cors";
import { createMiddleware } from "hono/factory";
import { settingsOf } from "../../config/settings.ts";
import type { AppEnv } from "./app-env.ts";

const PREFLIGHT_SECONDS = 600;

const answerNamed = cors({
  // Only a named origin gets here.
  origin: (origin) => origin,
  // The session is a SameSite=Lax cookie: a browser sends it from the studio's own site only, other hosts of it included.
  credentials: true,
  allowMethods: ["GET", "HEAD", "POST", "PATCH", "DELETE"],
  allowHeaders: ["content-type", "idempotency-key"],
  exposeHeaders: ["retry-after", "etag", "content-disposition"],
  maxAge: PREFLIGHT_SECONDS,
});

/** Answers preflights of named origins, and lets their pages read what they are answered. */
export const allowedOrigins = createMiddleware<AppEnv>(async (c, next) => {
  const named = settingsOf(c.env).allowedOrigins;
  if (named.length === 0) return next();
  if (named.includes(c.req.header("origin") ?? "")) return answerNamed(c, next);
  await next();
  // Another origin gets another answer, also where it is kept.
  c.header("vary", "Origin", { append: true });
});
