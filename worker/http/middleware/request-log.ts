import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import { log } from "../../lib/log.ts";
import type { AppEnv } from "./app-env.ts";

/** One line per request, with the route's pattern: the address itself holds ids and share tokens. */
export const requestLog = createMiddleware<AppEnv>(async (c, next) => {
  const startedAt = Date.now();
  await next();
  log("request", {
    method: c.req.method,
    route: routePath(c),
    status: c.res.status,
    ms: Date.now() - startedAt,
  });
});
