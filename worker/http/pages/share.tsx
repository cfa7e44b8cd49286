/** The routes of a share link: its page, and the images on it. */
import { createMiddleware } from "hono/factory";
import { databaseOfShard } from "../../db/client.ts";
import { findShared, type Shared } from "../../db/generations.ts";
import { settingsOf } from "../../config/settings.ts";
import { contentDisposition, fileNameOf } from "../../shared/file-name.ts";
import { shareUrl } from "../../api/generation.ts";
import { TOO_MANY_REQUESTS } from "../../api/refusals.ts";
import { shardOfToken } from "../../api/share-token.ts";
import type { AppContext, AppEnv } from "../middleware/app-env.ts";
import { originOf } from "../middleware/origin.ts";
import { isSignUpOpen } from "../routes/auth/auth.ts";
import { isWithinRate } from "../middleware/rate-limit.ts";
import { outputKey } from "../../images/keys.ts";
import { mediaTypeOf } from "../../shared/media-types.ts";
import { serveObject } from "../../images/serve.ts";
import { hasSharedSizes, makeMissingVariant, serveVariant, sharedSizeNamed } from "../../images/variants.ts";
import { problemResponse, stored } from "../../api/problem.ts";
import { text } from "./text.ts";
import { PlainPage, plainPageHeaders } from "./plain-page.tsx";
import { cardImageOf, SharedPage } from "./shared-page.tsx";
import { newApp } from "../routing.ts";

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

export const share = newApp()
  .use(limitedShares)
  .get("/:token", async (c) => {
    const shared = await find(c.env, c.req.param("token"));
    const first = shared?.record.outputs[0];
    if (!shared || !first) return gone(c);
    const nonce = crypto.randomUUID();
    const url = shareUrl(originOf(c), c.req.param("token"));
    const card = cardImageOf(first, hasSharedSizes(c.env, first));
    const { contact } = settingsOf(c.env);
    return c.html(
      <SharedPage {...{ shared, card, url, nonce, contact }} isSignUpOpen={isSignUpOpen(c)} />,
      200,
      { ...PAGE_CACHING, ...plainPageHeaders(nonce) },
    );
  })
  .get("/:token/image", async (c) => {
    const token = c.req.param("token");
    const shared = await find(c.env, token);
    const output = shared && outputNamed(shared, c.req.query("n"));
    if (!shared || !output) return problemResponse(NOT_SHARED);
    const place = { userId: shared.userId, generationId: shared.record.id };
    // Neither the prompt where it is hidden, nor the generation's id.
    const named = { id: null, prompt: shared.showPrompt ? shared.record.prompt : null };
    const type = c.req.query("download") === undefined ? "inline" : "attachment";
    const headersFor = (mediaType: string) => ({
      ...REVALIDATE,
      "cross-origin-resource-policy": "cross-origin",
      "content-disposition": contentDisposition(type, fileNameOf(named, output.n, mediaType)),
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

/** `n`: the output's number; by default the first one. */
function outputNamed({ record }: Shared, n: string | undefined) {
  return n === undefined ? record.outputs[0] : record.outputs.find((output) => String(output.n) === n);
}

function gone(c: AppContext) {
  const nonce = crypto.randomUUID();
  return c.html(<Gone nonce={nonce} isSignUpOpen={isSignUpOpen(c)} />, 404, {
    ...PAGE_CACHING,
    ...plainPageHeaders(nonce),
  });
}

function Gone({ nonce, isSignUpOpen }: { nonce: string; isSignUpOpen: boolean }) {
  return (
    <PlainPage title={text.shareGone} nonce={nonce}>
      <main>
        <h1 class="title">{text.shareGone}</h1>
        <p>{text.shareGoneWhy}</p>
        <a class="action" href="/">
          {isSignUpOpen ? text.makeOwn : text.toStudio}
        </a>
      </main>
    </PlainPage>
  );
}
