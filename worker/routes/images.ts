import { Hono } from "hono";
import { database } from "../db/client.ts";
import { findGeneration } from "../db/generations.ts";
import { refusalOf } from "../db/users.ts";
import { contentDisposition, fileNameOf } from "../file-name.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { sameOrigin } from "../middleware/origin.ts";
import { signedIn } from "../middleware/session.ts";
import { mediaTypeOf, outputKey, thumbnailKey } from "../outputs/keys.ts";
import { makeOnDemand } from "../outputs/on-demand.ts";
import { removeObjects } from "../outputs/remove.ts";
import { serveObject } from "../outputs/serve.ts";
import { makeThumbnail } from "../outputs/thumbnail.ts";
import { problemResponse, stored } from "../problem.ts";

/** The browser asks before it shows its copy again: the session may have ended, the image may be deleted. */
const REVALIDATE = { "cache-control": "private, no-cache" };
const OWN = { "cross-origin-resource-policy": "same-origin" };

/** Just after the success the object is still making the thumbnail. */
const GRACE_MS = 30_000;

const NOT_FOUND = { code: "not_found", detail: "There is no such image." } as const;

export const images = new Hono<AppEnv>().get("/:id/:n", sameOrigin, signedIn, async (c) => {
  const { userId, epoch } = c.var.session;
  const db = database(c.env.DB);
  const id = c.req.param("id");
  const { user, record } = await findGeneration(db, userId, id);
  const refusal = refusalOf(user, { userId, epoch });
  if (refusal) return problemResponse(refusal);
  const output = record?.outputs.find(({ n }) => String(n) === c.req.param("n"));
  if (!record || !output || record.status !== "succeeded") return problemResponse(NOT_FOUND);

  const place = { userId, generationId: id };
  const request = c.req.raw;
  const headersFor = (type: "inline" | "attachment", mediaType: string) => ({
    ...OWN,
    "content-disposition": contentDisposition(type, fileNameOf(record, output.n, mediaType)),
  });

  if (c.req.query("size") === "thumb") {
    const key = thumbnailKey(place, output.n);
    const headers = { ...REVALIDATE, ...headersFor("inline", "image/webp") };
    const serveThumbnail = () => stored(serveObject(c.env.OUTPUTS, key, request, headers));
    const thumbnail = await serveThumbnail();
    if (thumbnail) return thumbnail;
    const isDue = Date.now() >= (record.completedAt ?? 0) + GRACE_MS;
    const make = () => makeThumbnail(c.env, place, output);
    if (isDue && (await makeOnDemand(key, make)) === "made") {
      // The generation may have been deleted meanwhile: then the thumbnail must go too.
      if (!(await findGeneration(db, userId, id)).record) {
        await stored(removeObjects(c.env.OUTPUTS, place));
        return problemResponse(NOT_FOUND);
      }
      const made = await serveThumbnail();
      if (made) return made;
    }
  }
  // Marks an original in place of its thumbnail, which the service worker must not keep.
  const standIn = c.req.query("size") === "thumb" ? { "content-location": c.req.path } : {};
  const key = outputKey(place, output.n, output.ext);
  const type = c.req.query("download") === undefined ? "inline" : "attachment";
  const headers = { ...REVALIDATE, ...standIn, ...headersFor(type, mediaTypeOf(output.ext)) };
  const original = await stored(serveObject(c.env.OUTPUTS, key, request, headers));
  return original ?? problemResponse(NOT_FOUND);
});
