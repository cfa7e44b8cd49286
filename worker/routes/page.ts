import type { Context } from "hono";
import type { AppEnv } from "../middleware/app-env.ts";
import { problemResponse } from "../problem.ts";

const RESERVED = /^\/(?:api|images|s|assets)(?:\/|$)/;
const HAS_EXTENSION = /\.[^/]*$/;

/**
 * What no route knows: the studio's page for an address that it draws itself, else 404. A file that is missing is
 * never the page: kept for a year under the name of a script that a deploy removed, it would break the studio.
 */
export async function pageOrNotFound(c: Context<AppEnv>): Promise<Response> {
  const { pathname } = new URL(c.req.url);
  const isPage = c.req.method === "GET" || c.req.method === "HEAD";
  if (!isPage || RESERVED.test(pathname) || HAS_EXTENSION.test(pathname)) {
    return problemResponse({ code: "not_found", detail: "There is nothing here." });
  }
  const asset = await c.env.ASSETS.fetch(new URL("/", c.req.url));
  return new Response(asset.body, asset);
}
