/** Stores an uploaded image in R2 while it arrives. */
import { ok, type Refusal, type Result, refuse } from "../api/problem.ts";
import { STORAGE_UNAVAILABLE } from "../api/refusals.ts";
import type { Upload } from "../api/schemas/upload.ts";
import { MAX_UPLOAD_BYTES, MAX_UPLOAD_SIDE, UPLOAD_TIMEOUT_MS } from "../config/limits.ts";
import { claimOf, type SessionClaim } from "../db/users.ts";
import type { UploadType } from "../images/image-end.ts";
import { uploadKey } from "../images/keys.ts";
import { storeInParts } from "../images/store-in-parts.ts";
import { UploadBody, type UploadFailure, UploadRejected } from "../images/upload-body.ts";
import { bounded, TimeoutError } from "../lib/async.ts";
import { logError, reasonOf } from "../lib/log.ts";
import { mediaTypeOf } from "../shared/media-types.ts";
import { callStudio } from "../studio/client.ts";
import type { Deps } from "./deps.ts";

export const UPLOAD_TOO_LARGE: Refusal = {
  code: "payload_too_large",
  detail: `An image can have at most ${MAX_UPLOAD_BYTES / 1024 / 1024} MB.`,
};
export const OTHER_UPLOAD_TYPE: Refusal = {
  code: "unsupported_media_type",
  detail: "Send a PNG, JPEG or WebP image.",
};
const REFUSAL_OF: Record<UploadFailure, Refusal> = {
  too_large: UPLOAD_TOO_LARGE,
  other_type: OTHER_UPLOAD_TYPE,
  not_an_image: { code: "invalid_image", detail: "This file is not a complete image." },
  too_many_pixels: {
    code: "invalid_image",
    detail: `An image can have at most ${MAX_UPLOAD_SIDE} pixels on each side.`,
  },
  interrupted: { code: "invalid_image", detail: "The image did not arrive completely." },
};

/** `isWithinRate` is called once the type is known, before anything is stored. */
export async function uploadImage(
  deps: Pick<Deps, "env">,
  claim: SessionClaim,
  bytes: ReadableStream<Uint8Array> | null,
  isWithinRate: () => Promise<boolean>,
): Promise<Result<Upload>> {
  const body = new UploadBody(bytes);
  try {
    const type = await bounded(body.readType(), UPLOAD_TIMEOUT_MS);
    if (!(await isWithinRate())) return refuse("rate_limited", "Too many uploads. Try again in a minute.");
    return await storeReserved(deps, claim, type, body);
  } catch (error) {
    if (error instanceof UploadRejected) return { ok: false, refusal: REFUSAL_OF[error.failure] };
    if (error instanceof TimeoutError) return { ok: false, refusal: REFUSAL_OF.interrupted };
    throw error;
  } finally {
    await body.cancel();
  }
}

/** The object knows of the file before it is stored, and deletes it if this Worker is stopped before the end. */
async function storeReserved(
  { env }: Pick<Deps, "env">,
  claim: SessionClaim,
  type: UploadType,
  body: UploadBody,
): Promise<Result<Upload>> {
  const id = crypto.randomUUID();
  const { userId } = claim;
  const reserved = await callStudio(env, userId, (studio) => studio.reserveUpload(claimOf(claim), id));
  if (!reserved.ok) return reserved;
  const key = uploadKey(userId, id);
  try {
    const counted = countBytes(body);
    const options = { httpMetadata: { contentType: mediaTypeOf(type) } };
    await bounded(storeInParts(env.OUTPUTS, key, options, counted), UPLOAD_TIMEOUT_MS);
    const image = { ...body.imageSize(), bytes: counted.count };
    const completed = await callStudio(env, userId, (studio) => studio.completeUpload(id, image));
    if (completed.ok) {
      const { width, height } = image;
      return ok({ id, width, height, expiresAt: new Date(completed.value).toISOString() });
    }
    await env.OUTPUTS.delete(key);
    return completed;
  } catch (error) {
    await callStudio(env, userId, (studio) => studio.dropUpload(id)).catch((reason: unknown) =>
      logError("upload_not_dropped", { upload: id, reason: reasonOf(reason) }),
    );
    if (error instanceof UploadRejected || error instanceof TimeoutError) throw error;
    logError("upload_not_stored", { upload: id, reason: reasonOf(error) });
    return { ok: false, refusal: STORAGE_UNAVAILABLE };
  }
}

function countBytes(body: UploadBody) {
  const counted = {
    count: 0,
    async next() {
      const chunk = await body.next();
      counted.count += chunk?.byteLength ?? 0;
      return chunk;
    },
  };
  return counted;
}
