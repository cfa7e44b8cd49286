import { type Context, Hono } from "hono";
import type { AppEnv } from "../middleware/app-env.ts";
import { problemResponse } from "../problem.ts";

const RESERVED = /^\/(?:api|images|s|assets)(?:\/|$)/;
const HAS_EXTENSION = /\.[^/]*$/;

/**
 * The studio's page, for every address that it draws itself. Not for a file that is missing: a script that a
 * deploy removed must be a 404, not a page that is kept for a year under the script's name.
 */
export const page = new Hono<AppEnv>().get("*", async (c: Context<AppEnv>) => {
  const { pathname } = new URL(c.req.url);
  if (RESERVED.test(pathname) || HAS_EXTENSION.test(pathname)) {
    return problemResponse({ code: "not_found", detail: "There is nothing here." });
  }
  const asset = await c.env.ASSETS.fetch(new URL("/", c.req.url));
  return new Response(asset.body, asset);
});
