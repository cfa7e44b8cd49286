/** What a share link shows to anybody: a page without script, with a card for social networks, and the picture. */
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { database } from "../db/client.ts";
import { findShared, type Shared } from "../db/generations.ts";
import { shareUrl, type StoredOutput } from "../generation.ts";
import { settingsOf } from "../env.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { originOf } from "../middleware/origin.ts";
import { isWithinRate } from "../middleware/rate-limit.ts";
import { mediaTypeOf, outputKey } from "../outputs/keys.ts";
import { serveObject } from "../outputs/serve.ts";
import { serveView, VIEW_SIDES, type ViewSide, viewSideOf } from "../outputs/view.ts";
import { problemResponse, stored } from "../problem.ts";
import { language, text } from "../text.ts";
import { TALLEST } from "./plain-style.ts";
import { PlainPage, plainPageHeaders } from "./plain-page.tsx";

const unlisted = createMiddleware<AppEnv>(async (c, next) => {
  if (!(await isWithinRate(c.env.RL_SHARE, c))) {
    return problemResponse(
      { code: "rate_limited", detail: "Too many requests. Wait a minute.", retryAfterSeconds: 60 },
      { "x-robots-tag": "noindex" },
    );
  }
  await next();
  c.header("x-robots-tag", "noindex");
});

const LEADS_NOWHERE = { code: "not_found", detail: "This link leads nowhere." } as const;

/** Revoking must show at once, so nothing is kept without asking. */
const ASK_AGAIN = { "cache-control": "private, no-cache" };

export const share = new Hono<AppEnv>()
  .use(unlisted)
  .get("/:token", async (c) => {
    const shared = await findShared(database(c.env.DB), c.req.param("token"));
    const output = shared?.record.outputs[0];
    const nonce = crypto.randomUUID();
    const headers = {
      ...ASK_AGAIN,
      ...plainPageHeaders(nonce),
    };
    if (!shared || !output) return c.html(<Gone nonce={nonce} />, 404, headers);
    const url = shareUrl(originOf(c), c.req.param("token"));
    return c.html(
      <SharedPage {...{ shared, output, url, nonce }} contact={settingsOf(c.env).contact} />,
      200,
      headers,
    );
  })
  .get("/:token/image", async (c) => {
    const find = () => findShared(database(c.env.DB), c.req.param("token"));
    const shared = await find();
    const output = shared?.record.outputs[0];
    if (!shared || !output) return problemResponse(LEADS_NOWHERE);
    const place = { userId: shared.userId, generationId: shared.record.id };
    const headers = { ...ASK_AGAIN, "cross-origin-resource-policy": "cross-origin" };
    const side = viewSideOf(c.req.query("size"));
    if (side !== null) {
      const isShared = async () => (await find()) !== null;
      const serving = stored(serveView(c.env, place, output, side, c.req.raw, headers, isShared));
      // Whoever leaves meanwhile does not leave a view behind that nobody has asked about.
      c.executionCtx.waitUntil(serving.catch(() => null));
      const view = await serving;
      if (view === "gone") return problemResponse(LEADS_NOWHERE);
      if (view) return view;
    }
    const key = outputKey(place, output.n, output.ext);
    const image = await stored(serveObject(c.env.OUTPUTS, key, c.req.raw, headers));
    return image ?? problemResponse(LEADS_NOWHERE);
  });

/** What cards and tabs show of a title, in characters as people count them, before they cut it themselves, in the middle of a word. */
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
 * The picture as large as it fits, at its size before it is there, and room for what stands below it: all is centred
 * together, and nothing moves when the rest of the page comes.
 */
function frameStyle({ width, height }: StoredOutput, canBeReported: boolean): string {
  return `main { grid-template-rows: auto minmax(2.75rem, auto)${canBeReported ? " minmax(1.5rem, auto)" : ""}; }
figure { grid-template-rows: auto minmax(1.5rem, auto); }
figure > a { aspect-ratio: ${width} / ${height}; inline-size: min(100%, ${width}px, var(--tallest) * ${width} / ${height}); }`;
}

/** How wide `frameStyle` shows it, for a browser that has not read any style yet. */
const sizesOf = ({ width, height }: StoredOutput) =>
  `min(100vw - 2rem, ${width}px, calc(${TALLEST} * ${width / height}))`;

/** From the smallest on; of those that would be as large as the picture itself, one. */
function viewsOf({ width, height }: StoredOutput): { side: ViewSide; width: number }[] {
  const longest = Math.max(width, height);
  const last = VIEW_SIDES.findIndex((side) => side >= longest);
  return VIEW_SIDES.slice(0, last < 0 ? undefined : last + 1).map((side) => ({
    side,
    width: Math.max(1, Math.round(Math.min(1, side / longest) * width)),
  }));
}

function SharedPage({
  shared,
  output,
  url,
  nonce,
  contact,
}: {
  shared: Shared;
  output: StoredOutput;
  url: string;
  nonce: string;
  contact: string | null;
}) {
  const { prompt } = shared.record;
  const title = shared.showPrompt ? titleOf(prompt) : text.sharedTitle;
  const alt = shared.showPrompt ? prompt : text.sharedTitle;
  const description = shared.showPrompt ? text.madeWith(prompt) : text.invitation;
  const image = `${url}/image`;
  const card: [attribute: "property" | "name", name: string, content: string][] = [
    ["name", "description", description],
    ["property", "og:type", "website"],
    ["property", "og:site_name", text.name],
    ["property", "og:title", title],
    ["property", "og:description", description],
    ["property", "og:url", url],
    ["property", "og:image", image],
    ["property", "og:image:type", mediaTypeOf(output.ext)],
    ["property", "og:image:width", String(output.width)],
    ["property", "og:image:height", String(output.height)],
    ["property", "og:image:alt", alt],
    ["name", "twitter:card", "summary_large_image"],
    ["name", "twitter:title", title],
    ["name", "twitter:description", description],
    ["name", "twitter:image", image],
    ["name", "twitter:image:alt", alt],
  ];
  const head = (
    <>
      {card.map(([attribute, name, content]) => (
        <meta {...{ [attribute]: name }} content={content} />
      ))}
    </>
  );
  const { width, height } = output;
  // By its path: the page may be looked at under another name of this studio than the card's.
  const original = `${new URL(url).pathname}/image`;
  // Never the original, which may be some megabytes: it is a click away.
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
            {/* A heading for whoever hears the page; the prompt itself is too long for one. */}
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

/** To a page of the operator's as it is; a mail says which picture it is about. */
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
