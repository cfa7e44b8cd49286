import { bounded } from "../bounded.ts";
import { STEP_TIMEOUT_MS } from "../env.ts";
import type { StoredOutput } from "../generation.ts";
import { log, reasonOf } from "../log.ts";
import { outputKey, thumbnailKey } from "./keys.ts";

/** Longest side, in pixels. */
const THUMBNAIL_SIZE = 512;
/** It is shown at half its size or less on most screens, where what this takes away is not seen. */
const QUALITY = 60;

type Place = { userId: string; generationId: string };

/**
 * Makes and stores a picture's thumbnail: WebP, never larger than the picture. False where that cannot be done
 * (no Images binding, a picture it does not read): a thumbnail is never a reason to fail.
 */
export async function makeThumbnail(
  env: { OUTPUTS: R2Bucket; IMAGES?: ImagesBinding },
  place: Place,
  output: StoredOutput,
): Promise<boolean> {
  const { IMAGES, OUTPUTS } = env;
  if (!IMAGES) return false;
  try {
    return await bounded(make(IMAGES, OUTPUTS, place, output), STEP_TIMEOUT_MS);
  } catch (error) {
    log("thumbnail_failed", { generation: place.generationId, n: output.n, reason: reasonOf(error) });
    return false;
  }
}

async function make(
  images: ImagesBinding,
  bucket: R2Bucket,
  place: Place,
  output: StoredOutput,
): Promise<boolean> {
  const original = await bucket.get(outputKey(place, output.n, output.ext));
  if (!original) return false;
  const result = await images
    .input(original.body)
    .transform({ width: THUMBNAIL_SIZE, height: THUMBNAIL_SIZE, fit: "scale-down" })
    .output({ format: "image/webp", quality: QUALITY });
  const bytes = await result.response().arrayBuffer();
  await bucket.put(thumbnailKey(place, output.n), bytes, { httpMetadata: { contentType: "image/webp" } });
  return true;
}
