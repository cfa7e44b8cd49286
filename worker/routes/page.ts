import type { Context } from "hono";
import { GALLERY_START } from "../catalog.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { sessionOf } from "../middleware/session.ts";
import { problemResponse } from "../problem.ts";

const RESERVED = /^\/(?:api|images|s|assets)(?:\/|$)/;
const HAS_EXTENSION = /\.[^/]*$/;

/** The gallery, and a picture that is opened over it. */
const SHOWS_GALLERY = /^\/(?:gallery$|g\/)/;
const START = new URLSearchParams({ ...GALLERY_START, limit: String(GALLERY_START.limit) }).toString();
/** A hint (RFC 8288, https://html.spec.whatwg.org/#link-type-preload): the list comes beside the script that shows it. */
const LIST_AHEAD = `</api/generations?${START}>; rel=preload; as=fetch; crossorigin=anonymous`;

/**
 * What no route knows: the studio's page for an address that it draws itself, else 404. A file that is missing is
 * never the page: kept for a year under the name of a script that a deploy removed, it would break the studio.
 */
export async function pageOrNotFound(c: Context<AppEnv>): Promise<Response> {
  const { pathname, search } = new URL(c.req.url);
  const isPage = c.req.method === "GET" || c.req.method === "HEAD";
  if (!isPage || RESERVED.test(pathname) || HAS_EXTENSION.test(pathname)) {
    return problemResponse({ code: "not_found", detail: "There is nothing here." });
  }
  const asset = await c.env.ASSETS.fetch(new URL("/", c.req.url));
  const page = new Response(asset.body, asset);
  // Where the settings are wrong the studio comes all the same, and says so in its own words.
  const session = SHOWS_GALLERY.test(pathname) && search === "" && (await sessionOf(c).catch(() => null));
  if (session) {
    page.headers.append("link", LIST_AHEAD);
  }
  return page;
}
