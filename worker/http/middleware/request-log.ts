import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import { log } from "../../lib/log.ts";
import type { AppEnv } from "./app-env.ts";

/** A gallery requests an image per tile: successes would be most of the log. The platform's metrics count them. */
const IMAGE_ROUTES = ["/images/:id/:n", "/s/:token/image"];

/**
 * One line per request, without images that were served. With the route's pattern: the address itself contains ids and
 * share tokens.
 */
export const requestLog = createMiddleware<AppEnv>(async (c, next) => {
  const startedAt = Date.now();
  await next();
  const [route, status] = [routePath(c), c.res.status];
  if (status < 400 && IMAGE_ROUTES.includes(route)) return;
  log("request", { method: c.req.method, route, status, ms: Date.now() - startedAt });
});
