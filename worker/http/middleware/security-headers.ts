/** What every answer of the Worker tells a browser. The assets' are in frontend/public/_headers; a test compares the two. */
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "./app-env.ts";

/** An answer that is meant to be looked at says so itself, with a policy of its own. */
const NO_PAGE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const SECURITY_HEADERS = {
  "content-security-policy": NO_PAGE,
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** Not for the domains below: they may not be the studio's. */
const HTTPS_ONLY = "max-age=31536000";

/** Adds them to whatever is answered, errors too; what an answer says of itself stays. */
export const securityHeaders = createMiddleware<AppEnv>(async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
    if (!c.res.headers.has(name)) c.header(name, value);
  }
  if (new URL(c.req.url).protocol === "https:") c.header("strict-transport-security", HTTPS_ONLY);
});
