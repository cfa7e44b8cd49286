/** What a share link shows: a page without script, with a card for social networks, and the image. */
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { databaseOfShard } from "../../db/client.ts";
import { findShared, type Shared } from "../../db/generations.ts";
import { settingsOf } from "../../config/settings.ts";
import { contentDisposition, fileNameOf } from "../../shared/file-name.ts";
import { shareUrl, type StoredOutput } from "../../api/generation.ts";
import { TOO_MANY_REQUESTS } from "../../api/refusals.ts";
import { shardOfToken } from "../../api/share-token.ts";
import type { AppContext, AppEnv } from "../middleware/app-env.ts";
import { originOf } from "../middleware/origin.ts";
import { isWithinRate } from "../middleware/rate-limit.ts";
import { outputKey } from "../../images/keys.ts";
import { mediaTypeOf } from "../../shared/media-types.ts";
import { serveObject } from "../../images/serve.ts";
import {
  hasSharedSizes,
  makeMissingVariant,
  serveVariant,
  SHARED_SIDES,
  type SharedSide,
  sharedSizeNamed,
} from "../../images/variants.ts";
import { problemResponse, stored } from "../../api/problem.ts";
import { language, text } from "./text.ts";
import { TALLEST } from "./plain-style.ts";
import { PlainPage, plainPageHeaders } from "./plain-page.tsx";

const limitedShares = createMiddleware<AppEnv>(async (c, next) => {
  if (!(await isWithinRate(c.env.RL_SHARE, c))) {
    return problemResponse(TOO_MANY_REQUESTS, { "x-robots-tag": "noindex" });
  }
  await next();
  c.header("x-robots-tag", "noindex");
});

const NOT_SHARED = { code: "not_found", detail: "This link does not work." } as const;

/** Caches must revalidate each time, because a revoked link must stop working at once. */
const REVALIDATE = { "cache-control": "private, no-cache" };

/** `no-transform` stops features of the Cloudflare zone: email obfuscation would break the contact link. */
const PAGE_CACHING = { "cache-control": "private, no-cache, no-transform" };

export const share = new Hono<AppEnv>()
  .use(limitedShares)
  .get("/:token", async (c) => {
    const shared = await find(c.env, c.req.param("token"));
    const output = shared?.record.outputs[0];
    if (!shared || !output) return gone(c);
    const nonce = crypto.randomUUID();
    const url = shareUrl(originOf(c), c.req.param("token"));
    const card = cardImageOf(output, hasSharedSizes(c.env, output));
    return c.html(
      <SharedPage {...{ shared, output, card, url, nonce }} contact={settingsOf(c.env).contact} />,
      200,
      { ...PAGE_CACHING, ...plainPageHeaders(nonce) },
    );
  })
  .get("/:token/image", async (c) => {
    const token = c.req.param("token");
    const shared = await find(c.env, token);
    const output = shared?.record.outputs[0];
    if (!shared || !output) return problemResponse(NOT_SHARED);
    const place = { userId: shared.userId, generationId: shared.record.id };
    // Neither the prompt where it is hidden, nor the generation's id.
    const named = { id: null, prompt: shared.showPrompt ? shared.record.prompt : null };
    const headersFor = (mediaType: string) => ({
      ...REVALIDATE,
      "cross-origin-resource-policy": "cross-origin",
      "content-disposition": contentDisposition("inline", fileNameOf(named, 0, mediaType)),
    });
    const size = sharedSizeNamed(c.req.query("size"));
    if (size !== null && hasSharedSizes(c.env, output)) {
      const headers = headersFor("image/webp");
      const serve = () => stored(serveVariant(c.env, place, output.n, size, c.req.raw, headers));
      const known = await serve();
      if (known) return known;
      const isShared = async () => (await find(c.env, token)) !== null;
      const making = stored(makeMissingVariant(c.env, place, output, size, isShared));
      // If the client disconnects, the check of `isShared` must still run.
      c.executionCtx.waitUntil(making.catch(() => null));
      const outcome = await making;
      if (outcome === "gone") return problemResponse(NOT_SHARED);
      const made = outcome === "made" && (await serve());
      if (made) return made;
    }
    const key = outputKey(place, output.n, output.ext);
    const headers = headersFor(mediaTypeOf(output.ext));
    const image = await stored(serveObject(c.env.OUTPUTS, key, c.req.raw, headers));
    return image ?? problemResponse(NOT_SHARED);
  })
  // A link that was cut or extended when it was copied.
  .get("*", (c) => gone(c));

async function find(env: Env, token: string): Promise<Shared | null> {
  const shard = shardOfToken(token);
  return shard && findShared(databaseOfShard(env, shard), token);
}

function gone(c: AppContext) {
  const nonce = crypto.randomUUID();
  return c.html(<Gone nonce={nonce} />, 404, { ...PAGE_CACHING, ...plainPageHeaders(nonce) });
}

/** In graphemes. Cards and tabs cut longer titles themselves, in the middle of a word. */
const MAX_TITLE_LENGTH = 90;

/** A prompt as a title: one line, not too long. */
function titleOf(prompt: string): string {
  const characters = new Intl.Segmenter(language.tag).segment(prompt.replace(/\s+/g, " "));
  const line = Array.from(characters, ({ segment }) => segment);
  return line.length <= MAX_TITLE_LENGTH
    ? line.join("")
    : `${line
        .slice(0, MAX_TITLE_LENGTH - 1)
        .join("")
        .trimEnd()}…`;
}

/**
 * Reserves the size of the image and of what follows it before they load: the page is vertically centered, so it would
 * move otherwise.
 */
function frameStyle({ width, height }: StoredOutput, canBeReported: boolean): string {
  return `main { grid-template-rows: auto minmax(2.75rem, auto)${canBeReported ? " minmax(1.5rem, auto)" : ""}; }
figure { grid-template-rows: auto minmax(1.5rem, auto); }
figure > a { aspect-ratio: ${width} / ${height}; inline-size: min(100%, ${width}px, var(--tallest) * ${width} / ${height}); }`;
}

/** The width that `frameStyle` gives the image, for `sizes`. */
const sizesOf = ({ width, height }: StoredOutput) =>
  `min(100vw - 2rem, ${width}px, calc(${TALLEST} * ${width / height}))`;

type View = { side: SharedSide; width: number; height: number };

/** From the smallest to the first that is as large as the image itself. */
function viewsOf({ width, height }: StoredOutput): View[] {
  const longest = Math.max(width, height);
  const last = SHARED_SIDES.findIndex((side) => side >= longest);
  return SHARED_SIDES.slice(0, last < 0 ? undefined : last + 1).map((side) => {
    const scaled = (length: number) => Math.max(1, Math.round(Math.min(1, side / longest) * length));
    return { side, width: scaled(width), height: scaled(height) };
  });
}

type CardImage = { query: string; type: string; width: number; height: number };

/** A variant: messengers show no card for an image of some hundred kilobytes (WhatsApp: 600) or a rare type. */
function cardImageOf(output: StoredOutput, hasVariants: boolean): CardImage {
  const view = hasVariants ? viewsOf(output).at(-1) : undefined;
  if (!view) {
    return { query: "", type: mediaTypeOf(output.ext), width: output.width, height: output.height };
  }
  return { query: `?size=${view.side}`, type: "image/webp", width: view.width, height: view.height };
}

function SharedPage({
  shared,
  output,
  card,
  url,
  nonce,
  contact,
}: {
  shared: Shared;
  output: StoredOutput;
  card: CardImage;
  url: string;
  nonce: string;
  contact: string | null;
}) {
  const { prompt } = shared.record;
  const title = shared.showPrompt ? titleOf(prompt) : text.sharedTitle;
  const alt = shared.showPrompt ? prompt : text.sharedTitle;
  const description = shared.showPrompt ? text.madeWith(prompt) : text.invitation;
  const image = `${url}/image${card.query}`;
  const tags: [attribute: "property" | "name", name: string, content: string][] = [
    ["name", "description", description],
    ["property", "og:type", "website"],
    ["property", "og:site_name", text.name],
    ["property", "og:title", title],
    ["property", "og:description", description],
    ["property", "og:url", url],
    ["property", "og:image", image],
    ["property", "og:image:type", card.type],
    ["property", "og:image:width", String(card.width)],
    ["property", "og:image:height", String(card.height)],
    ["property", "og:image:alt", alt],
    ["name", "twitter:card", "summary_large_image"],
    ["name", "twitter:title", title],
    ["name", "twitter:description", description],
    ["name", "twitter:image", image],
    ["name", "twitter:image:alt", alt],
  ];
  const head = (
    <>
      {tags.map(([attribute, name, content]) => (
        <meta {...{ [attribute]: name }} content={content} />
      ))}
    </>
  );
  const { width, height } = output;
  // A path: the page may be open under another host name of this studio than PUBLIC_URL.
  const original = `${new URL(url).pathname}/image`;
  // Not the original, which may be some megabytes.
  const views = viewsOf(output).map((view) => ({ ...view, src: `${original}?size=${view.side}` }));
  const sources = views.map((view) => `${view.src} ${view.width}w`);
  return (
    <PlainPage title={title} nonce={nonce} head={head} style={frameStyle(output, contact !== null)}>
      <main>
        <figure>
          <a href={original}>
            <img
              src={views.at(-1)?.src}
              srcset={sources.length > 1 ? sources.join(", ") : undefined}
              sizes={sources.length > 1 ? sizesOf(output) : undefined}
              width={width}
              height={height}
              alt={alt}
              fetchpriority="high"
            />
          </a>
          <figcaption>
            {/* For screen readers; the prompt is too long for a heading. */}
            {shared.showPrompt ? <p dir="auto">{prompt}</p> : null}
            <h1 class={shared.showPrompt ? "unseen" : undefined}>{text.sharedTitle}</h1>
          </figcaption>
        </figure>
        <a class="action" href="/">
          {text.makeOwn}
        </a>
        {contact && (
          <a class="report" href={reportLink(contact, url)}>
            {text.report}
          </a>
        )}
      </main>
    </PlainPage>
  );
}

/** A page's address stays unchanged; an email gets a subject that names the link. */
function reportLink(contact: string, url: string): string {
  if (!contact.startsWith("mailto:")) return contact;
  return `${contact.split("?", 1)[0]}?subject=${encodeURIComponent(text.reportOf(url))}`;
}

function Gone({ nonce }: { nonce: string }) {
  return (
    <PlainPage title={text.shareGone} nonce={nonce}>
      <main>
        <h1 class="title">{text.shareGone}</h1>
        <p>{text.shareGoneWhy}</p>
        <a class="action" href="/">
          {text.makeOwn}
        </a>
      </main>
    </PlainPage>
  );
}
