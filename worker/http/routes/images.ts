import type { Context } from "hono";
import { Hono } from "hono";
import { databaseFor } from "../../db/client.ts";
import { findGeneration } from "../../db/generations.ts";
import { findRecentUser } from "../../db/recent-users.ts";
import { refusalOf, type SessionClaim } from "../../db/users.ts";
import { contentDisposition, fileNameOf } from "../../shared/file-name.ts";
import type { GenerationRecord, StoredOutput } from "../../api/generation.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { sameOrigin } from "../middleware/origin.ts";
import { signedIn } from "../middleware/session.ts";
import { outputKey } from "../../images/keys.ts";
import { mediaTypeOf } from "../../shared/media-types.ts";
import { serveObject } from "../../images/serve.ts";
import { makeMissingVariant, serveVariant, thumbnailNamed, type Variant } from "../../images/variants.ts";
import { problemResponse, type Refusal, stored } from "../../api/problem.ts";

/** The browser asks before it shows its copy again: the session may have ended, the image may be deleted. */
const REVALIDATE = { "cache-control": "private, no-cache" };
const OWN = { "cross-origin-resource-policy": "same-origin" };

/** Just after the success the object is still making the thumbnail. */
const GRACE_MS = 30_000;

const NOT_FOUND = { code: "not_found", detail: "There is no such image." } as const;

export const images = new Hono<AppEnv>().get("/:id/:n", sameOrigin, signedIn, async (c) => {
  const claim = c.var.session;
  const size = thumbnailNamed(c.req.query("size"));
  if (size) {
    const refusal = await recentRefusal(c, claim);
    if (refusal) return problemResponse(refusal);
    const thumbnail = await serveThumbnail(c, size);
    if (thumbnail) return thumbnail;
  }
  const { user, record } = await findGeneration(
    databaseFor(c.env, claim.userId),
    claim.userId,
    c.req.param("id"),
  );
  const refusal = refusalOf(user, claim);
  if (refusal) return problemResponse(refusal);
  const output = record?.outputs.find(({ n }) => String(n) === c.req.param("n"));
  if (!record || !output || record.status !== "succeeded") return problemResponse(NOT_FOUND);
  const made = size && (await makeMissing(c, record, output, size));
  return made || (await serveOriginal(c, record, output, size !== null));
});

/** By the user's row of a moment ago; a refusal is confirmed by the row as it is now. */
async function recentRefusal(c: Context<AppEnv>, claim: SessionClaim): Promise<Refusal | null> {
  const db = databaseFor(c.env, claim.userId);
  const refusal = refusalOf(await findRecentUser(db, claim.userId), claim);
  return refusal && refusalOf(await findRecentUser(db, claim.userId, { isFresh: true }), claim);
}

/** By its key alone, which holds the user's id: D1 is not asked. Null if there is none. */
async function serveThumbnail(c: Context<AppEnv>, size: Variant): Promise<Response | null> {
  const id = c.req.param("id") as string;
  const n = c.req.param("n") as string;
  if (!/^\d$/.test(n)) return null;
  const place = { userId: c.var.session.userId, generationId: id };
  return stored(
    serveVariant(c.env, place, Number(n), size, c.req.raw, {
      ...REVALIDATE,
      ...OWN,
      "content-disposition": contentDisposition(
        "inline",
        fileNameOf({ id, prompt: null }, Number(n), "image/webp"),
      ),
    }),
  );
}

/** The thumbnail, made now; null where that cannot be done. */
async function makeMissing(
  c: Context<AppEnv>,
  record: GenerationRecord,
  output: StoredOutput,
  size: Variant,
): Promise<Response | null> {
  const { userId } = c.var.session;
  const place = { userId, generationId: record.id };
  if (Date.now() < (record.completedAt ?? 0) + GRACE_MS && size === "thumb") return null;
  const exists = async () =>
    (await findGeneration(databaseFor(c.env, userId), userId, record.id)).record !== null;
  const making = stored(makeMissingVariant(c.env, place, output, size, exists));
  // If the client disconnects, the check of `exists` must still run.
  c.executionCtx.waitUntil(making.catch(() => null));
  const outcome = await making;
  if (outcome === "gone") return problemResponse(NOT_FOUND);
  if (outcome === "failed") return null;
  return serveThumbnail(c, size);
}

/** `isStandIn`: in place of its thumbnail, which the service worker must not keep. */
async function serveOriginal(
  c: Context<AppEnv>,
  record: GenerationRecord,
  output: StoredOutput,
  isStandIn: boolean,
): Promise<Response> {
  const key = outputKey({ userId: c.var.session.userId, generationId: record.id }, output.n, output.ext);
  const mediaType = mediaTypeOf(output.ext);
  const type = c.req.query("download") === undefined ? "inline" : "attachment";
  const original = await stored(
    serveObject(c.env.OUTPUTS, key, c.req.raw, {
      ...REVALIDATE,
      ...OWN,
      ...(isStandIn && { "content-location": c.req.path }),
      "content-disposition": contentDisposition(type, fileNameOf(record, output.n, mediaType)),
    }),
  );
  return original ?? problemResponse(NOT_FOUND);
}
