import { createMiddleware } from "hono/factory";
import type { GenerationRecord, StoredOutput } from "../../api/generation.ts";
import { problemResponse, stored } from "../../api/problem.ts";
import { IMAGE_NOT_FOUND, TOO_MANY_REQUESTS } from "../../api/refusals.ts";
import type { Caller } from "../../auth/caller.ts";
import { authorizeRecent, type Principal } from "../../auth/principal.ts";
import { databaseFor } from "../../db/client.ts";
import { outputKey } from "../../images/keys.ts";
import { serveObject } from "../../images/serve.ts";
import { serveWithMetadata } from "../../images/serve-with-metadata.ts";
import {
  makeMissingVariant,
  makeMissingVariantOnce,
  serveVariant,
  thumbnailNamed,
  type Variant,
} from "../../images/variants.ts";
import { contentDisposition, fileNameOf } from "../../shared/file-name.ts";
import { mediaTypeOf } from "../../shared/media-types.ts";
import { findOutput, stillExists } from "../../use-cases/images/find-output.ts";
import type { AppContext, WithCaller } from "../middleware/app-env.ts";
import { isApiKeyWithinRate } from "../middleware/key-rate.ts";
import { sameOrigin } from "../middleware/origin.ts";
import { withCaller } from "../middleware/caller.ts";
import { newApp } from "../routing.ts";

/** The browser revalidates its copy before each use: the session may have ended, the image may be deleted. */
const REVALIDATE = { "cache-control": "private, no-cache" };
/** Differs from the stored image, and says what its user typed. */
const NO_STORE = { "cache-control": "private, no-store" };
const OWN = { "cross-origin-resource-policy": "same-origin" };

/** For this long after the success the object may still be making the thumbnail. */
const GRACE_MS = 30_000;

const byHeaderOrCookie = withCaller("read");

/** A token in the query is for this image only, and counts instead of a cookie. */
const withImageCaller = createMiddleware<WithCaller>(async (c, next) => {
  const token = c.req.query("token");
  if (token === undefined || c.req.header("authorization") !== undefined) return byHeaderOrCookie(c, next);
  const { callerOfImageUrl } = await import("../../use-cases/images/image-url.ts");
  const place = { id: c.req.param("id") ?? "", n: c.req.param("n") ?? "" };
  const caller = await callerOfImageUrl(c, token, place);
  if (!caller.ok) return problemResponse(caller.refusal);
  const { key } = caller.value;
  if (key && !(await isApiKeyWithinRate(c, key.id))) return problemResponse(TOO_MANY_REQUESTS);
  c.set("caller", caller.value);
  await next();
  // Any page may show it: the token is the permission.
  c.header("cross-origin-resource-policy", "cross-origin");
});

export const images = newApp().get("/:id/:n", sameOrigin, withImageCaller, async (c) => {
  const { caller } = c.var;
  const { id, n } = c.req.param();
  const size = thumbnailNamed(c.req.query("size"));
  if (size) {
    const recent = await authorizeRecent(databaseFor(c.env, caller.userId), caller);
    if (!recent.ok) return problemResponse(recent.refusal);
    const thumbnail = await serveThumbnail(c, recent.value, { id, n }, size);
    if (thumbnail) return thumbnail;
    const larger = size === "small" ? await serveLarger(c, recent.value, { id, n }) : null;
    if (larger) {
      c.executionCtx.waitUntil(makeSmall(c, caller, { id, n }).catch(() => null));
      return larger;
    }
  }
  const found = await findOutput(c, caller, { id, n });
  if (!found.ok) return problemResponse(found.refusal);
  const { principal, record, output } = found.value;
  const made = size && (await makeMissing(c, principal, record, output, size));
  return made || (await serveOriginal(c, principal, record, output, size !== null));
});

/** By its key alone, which contains the user's id: D1 is not read. Null if there is none. */
async function serveThumbnail(
  c: AppContext,
  { userId }: Principal,
  { id, n }: { id: string; n: string },
  size: Variant,
  headers: Record<string, string> = {},
): Promise<Response | null> {
  if (!/^\d$/.test(n)) return null;
  return stored(
    serveVariant(c.env, { userId, generationId: id }, Number(n), size, c.req.raw, {
      ...REVALIDATE,
      ...OWN,
      ...headers,
      "content-disposition": contentDisposition(
        "inline",
        fileNameOf({ id, prompt: null }, Number(n), "image/webp"),
      ),
    }),
  );
}

/** The thumbnail in place of the small one, which the service worker must not store. Null if there is none. */
const serveLarger = (c: AppContext, principal: Principal, place: { id: string; n: string }) =>
  serveThumbnail(c, principal, place, "thumb", { "content-location": `${c.req.path}?size=thumb` });

/** Runs after the response, so that no visitor of the gallery waits for Images. */
async function makeSmall(c: AppContext, caller: Caller, place: { id: string; n: string }): Promise<void> {
  const found = await findOutput(c, caller, place);
  if (!found.ok) return;
  const { principal, record, output } = found.value;
  const variant = { userId: principal.userId, generationId: record.id };
  await makeMissingVariantOnce(c.env, variant, output, "small", () => stillExists(c, principal, record.id));
}

/** Makes the thumbnail and serves it; null if it cannot be made. */
async function makeMissing(
  c: AppContext,
  principal: Principal,
  record: GenerationRecord,
  output: StoredOutput,
  size: Variant,
): Promise<Response | null> {
  const place = { userId: principal.userId, generationId: record.id };
  if (Date.now() < (record.completedAt ?? 0) + GRACE_MS && size === "thumb") return null;
  const exists = () => stillExists(c, principal, record.id);
  const making = stored(makeMissingVariant(c.env, place, output, size, exists));
  // If the client disconnects, the check of `exists` must still run.
  c.executionCtx.waitUntil(making.catch(() => null));
  const outcome = await making;
  if (outcome === "gone") return problemResponse(IMAGE_NOT_FOUND);
  if (outcome === "failed") return null;
  return serveThumbnail(c, principal, { id: record.id, n: String(output.n) }, size);
}

/** `isStandIn`: instead of its thumbnail, which the service worker must not store. */
async function serveOriginal(
  c: AppContext,
  { userId }: Principal,
  record: GenerationRecord,
  output: StoredOutput,
  isStandIn: boolean,
): Promise<Response> {
  const key = outputKey({ userId, generationId: record.id }, output.n, output.ext);
  const name = fileNameOf(record, output.n, mediaTypeOf(output.ext));
  const isDownload = c.req.query("download") !== undefined;
  if (isDownload && c.req.query("metadata") === "1") {
    const headers = { ...NO_STORE, ...OWN, "content-disposition": contentDisposition("attachment", name) };
    const file = serveWithMetadata(c.env.OUTPUTS, key, { record, output }, c.req.raw, headers);
    return (await stored(file)) ?? problemResponse(IMAGE_NOT_FOUND);
  }
  const original = await stored(
    serveObject(c.env.OUTPUTS, key, c.req.raw, {
      ...REVALIDATE,
      ...OWN,
      ...(isStandIn && { "content-location": c.req.path }),
      "content-disposition": contentDisposition(isDownload ? "attachment" : "inline", name),
    }),
  );
  return original ?? problemResponse(IMAGE_NOT_FOUND);
}
