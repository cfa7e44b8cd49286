import { bounded } from "../../lib/async.ts";
import { GALLERY_START } from "../../shared/generations.ts";
import type { GenerationPage } from "../../api/schemas/generation.ts";
import { INLINE_PAGE_TIMEOUT_MS } from "../../config/limits.ts";
import type { AppContext } from "../middleware/app-env.ts";
import { originOf } from "../middleware/origin.ts";
import { sessionOf } from "../middleware/session.ts";
import { pageAt } from "../../shared/pages.ts";
import { problemResponse } from "../../api/problem.ts";
import { tileSizes, tileSrcset } from "../../shared/tile-image.ts";
import { listGenerations } from "../../use-cases/list.ts";
import { presentPage } from "../present-page.ts";

const RESERVED = /^\/(?:api|images|s|assets)(?:\/|$)/;
const HAS_EXTENSION = /\.[^/]*$/;

/** As many as a phone shows at first, about. */
const PRELOADED = 6;
/** Per user: no cache may keep it, and a browser asks again. */
const OWN_PAGE = { "cache-control": "private, no-cache", vary: "cookie" };

/**
 * What no route handles: the studio's page for an address that it renders itself, else 404. A missing file is never
 * the page: stored for a year under the name of a script that a deploy removed, it would break the studio.
 */
export async function pageOrNotFound(c: AppContext): Promise<Response> {
  const { pathname, search } = new URL(c.req.url);
  const isPage = c.req.method === "GET" || c.req.method === "HEAD";
  if (!isPage || RESERVED.test(pathname) || HAS_EXTENSION.test(pathname)) {
    return problemResponse({ code: "not_found", detail: "There is nothing here." });
  }
  const asset = await c.env.ASSETS.fetch(new URL("/", c.req.url));
  const page = new Response(asset.body, asset);
  if (!showsGallery(pathname) || search !== "") return page;
  const start = await firstPage(c);
  return start ? withFirstPage(page, start) : page;
}

/** The gallery, or an image that opens over it. */
function showsGallery(pathname: string): boolean {
  const found = pageAt(pathname);
  return found !== null && ("imageId" in found || found.page === "gallery");
}

/** The first page of the user's gallery; null without a session, and where it does not come at once. */
async function firstPage(c: AppContext): Promise<GenerationPage | null> {
  try {
    const session = await sessionOf(c);
    if (!session) return null;
    const { limit, ...filters } = GALLERY_START;
    const listing = listGenerations(c, session, { limit, position: null, filters });
    const page = await bounded(listing, INLINE_PAGE_TIMEOUT_MS);
    return page.ok ? presentPage(page.value, originOf(c)) : null;
  } catch {
    // Wrong settings, or D1 is slow or down: the studio asks itself, and shows what is wrong.
    return null;
  }
}

/** Puts the list into the page, and has its first images loaded beside the scripts that show them. */
function withFirstPage(page: Response, start: GenerationPage): Response {
  const preloads = start.items
    .slice(0, PRELOADED)
    .flatMap(({ outputs: [output] }) => output ?? [])
    .map(
      (output) =>
        `<link rel="preload" as="image" imagesrcset="${escaped(tileSrcset(output))}" imagesizes="${tileSizes(output)}" fetchpriority="high">`,
    );
  // A data block: no script runs. `<` is written so that no text can end it.
  const json = JSON.stringify(start).replaceAll("<", "\\u003c");
  const rewritten = new HTMLRewriter()
    .on("head", {
      element(head) {
        head.append(preloads.join(""), { html: true });
      },
    })
    .on("body", {
      element(body) {
        body.append(`<script type="application/json" id="gallery-start">${json}</script>`, { html: true });
      },
    })
    .transform(page);
  const headers = new Headers(rewritten.headers);
  headers.delete("etag");
  for (const [name, value] of Object.entries(OWN_PAGE)) headers.set(name, value);
  return new Response(rewritten.body, { status: rewritten.status, headers });
}

/** An id comes from Skytells and may hold anything. */
const escaped = (text: string) => text.replace(/[&"<]/g, (sign) => `&#${sign.charCodeAt(0)};`);
