/** Security headers of all responses of the Worker. Those of assets are in frontend/public/_headers; a test compares both. */
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "./app-env.ts";

/** For responses that are not a page. Pages set their own policy. */
const NO_PAGE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const SECURITY_HEADERS = {
  "content-security-policy": NO_PAGE,
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** Without includeSubDomains: those may not belong to the studio. */
const HTTPS_ONLY = "max-age=31536000";

/** Adds them to each response, also to errors; headers that a response has set stay. */
export const securityHeaders = createMiddleware<AppEnv>(async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
    if (!c.res.headers.has(name)) c.header(name, value);
  }
  if (new URL(c.req.url).protocol === "https:") c.header("strict-transport-security", HTTPS_ONLY);
});
