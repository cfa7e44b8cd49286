import { base64url } from "jose";
import { bounded } from "../../lib/async.ts";
import { GALLERY_START } from "../../shared/generations.ts";
import type { GenerationPage } from "../../api/schemas/generation.ts";
import { INLINE_PAGE_TIMEOUT_MS } from "../../config/limits.ts";
import { settingsOf } from "../../config/settings.ts";
import { MODELS, type OfferedModel } from "../../shared/models.ts";
import type { AppContext } from "../middleware/app-env.ts";
import { originOf } from "../middleware/origin.ts";
import { sessionOf } from "../middleware/session.ts";
import { PAGE_PATHS, pageAt } from "../../shared/pages.ts";
import { problemResponse } from "../../api/problem.ts";
import { tileSizes, tileSrcset } from "../../shared/tile-image.ts";
import { listGenerations, presentPage } from "../../use-cases/list.ts";

const RESERVED = /^\/(?:admin|api|images|mcp|oauth|s|assets|\.well-known)(?:\/|$)/;
const HAS_EXTENSION = /\.[^/]*$/;

/** About as many as a phone shows at first. */
const PRELOADED = 3;
/** Per user: no shared cache may store it, and a browser revalidates it before each use. */
const OWN_PAGE = "private, no-cache";

/**
 * Handles what no route does: the studio's page for an address that the studio renders, else 404. The page is not
 * the response for a missing file: caches would store it for a year under the name of a script that a deploy removed.
 */
export async function pageOrNotFound(c: AppContext): Promise<Response> {
  const { pathname, search } = new URL(c.req.url);
  const isPage = c.req.method === "GET" || c.req.method === "HEAD";
  if (!isPage || RESERVED.test(pathname) || HAS_EXTENSION.test(pathname)) {
    return problemResponse({ code: "not_found", detail: "There is nothing here." });
  }
  const [asset, start] = await Promise.all([
    c.env.ASSETS.fetch(new URL(documentFor(pathname), c.req.url)),
    showsGallery(pathname) && search === "" ? firstPage(c) : null,
  ]);
  const page = new Response(asset.body, asset);
  // Without a session, or with a slow D1, the same address has no list.
  if (showsGallery(pathname)) page.headers.set("vary", "cookie");
  const models = ownModels(c.env);
  if (start) page.headers.set("cache-control", OWN_PAGE);
  if (start || models) page.headers.set("etag", await etagOf(page, [start, models]));
  if (isCurrent(c.req.header("if-none-match"), page.headers.get("etag"))) {
    await page.body?.cancel();
    return new Response(null, { status: 304, headers: page.headers });
  }
  const complete = models ? withModels(page, models) : page;
  return start ? withFirstPage(complete, start) : complete;
}

/** The models of the setting MODELS, as far as the form has them; null if the page was rendered with them. */
function ownModels(env: Env): OfferedModel[] | null {
  try {
    const { models } = settingsOf(env);
    return models === MODELS ? null : models.filter(({ upscale }) => !upscale);
  } catch {
    // Wrong settings: the studio shows what the API says about them.
    return null;
  }
}

/** RFC 9110, 13.1.2: weak comparison. A proxy that compresses a page makes its ETag weak. */
function isCurrent(ifNoneMatch: string | undefined, etag: string | null): boolean {
  const opaque = (tag: string) => tag.trim().replace(/^W\//, "");
  return etag !== null && (ifNoneMatch ?? "").split(",").map(opaque).includes(opaque(etag));
}

/** Changes with the build and with what is added to the page. */
async function etagOf(page: Response, added: unknown): Promise<string> {
  const text = new TextEncoder().encode(`${page.headers.get("etag")} ${JSON.stringify(added)}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text), 0, 16);
  return `W/"${base64url.encode(hash)}"`;
}

/** The gallery has a document of its own (scripts/prerender-plugin.ts). */
const documentFor = (pathname: string) => (showsGallery(pathname) ? PAGE_PATHS.gallery : PAGE_PATHS.create);

/** The gallery, or an image that opens over it. */
function showsGallery(pathname: string): boolean {
  const found = pageAt(pathname);
  return found !== null && ("imageId" in found || found.page === "gallery");
}

/** The first page of the user's gallery; null without a session, and if D1 is slow. */
async function firstPage(c: AppContext): Promise<GenerationPage | null> {
  try {
    const session = await sessionOf(c);
    if (!session) return null;
    const { limit, ...filters } = GALLERY_START;
    const listing = listGenerations(c, session, { limit, position: null, filters });
    const page = await bounded(listing, INLINE_PAGE_TIMEOUT_MS);
    return page.ok ? presentPage(page.value, originOf(c)) : null;
  } catch {
    // Wrong settings, or D1 is slow or down: the studio requests the list itself and shows the error.
    return null;
  }
}

/** Adds the models, and hides those that the page was rendered with until the studio has read them. */
function withModels(page: Response, models: OfferedModel[]): Response {
  return new HTMLRewriter()
    .on("html", {
      element(html) {
        html.setAttribute("data-models", "");
      },
    })
    .on("body", {
      element(body) {
        body.append(dataBlock("models", models), { html: true });
      },
    })
    .transform(page);
}

/** No script runs in it. `<` is escaped so that no text can end it. */
function dataBlock(id: string, data: unknown): string {
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  return `<script type="application/json" id="${id}">${json}</script>`;
}

/** Adds the list to the page, and preloads for its first images. */
function withFirstPage(page: Response, start: GenerationPage): Response {
  const preloads = start.items
    .slice(0, PRELOADED)
    .flatMap(({ outputs: [output] }) => output ?? [])
    .map(
      (output) =>
        `<link rel="preload" as="image" imagesrcset="${escaped(tileSrcset(output))}" imagesizes="${tileSizes(output)}" fetchpriority="high">`,
    );
  return new HTMLRewriter()
    .on("head", {
      element(head) {
        head.append(preloads.join(""), { html: true });
      },
    })
    .on("#app", {
      element(app) {
        // Before the script that shows its first rows.
        app.after(dataBlock("gallery-start", start), { html: true });
      },
    })
    .transform(page);
}

/** For an attribute. The addresses contain ids, which Skytells chooses. */
const escaped = (text: string) => text.replace(/[&"<]/g, (sign) => `&#${sign.charCodeAt(0)};`);
