import type { StoredOutput } from "../generation.ts";
import { log, reasonOf } from "../log.ts";
import { outputKey, thumbnailKey } from "./keys.ts";

/** Longest side, in pixels. */
const THUMBNAIL_SIZE = 512;

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
  if (!env.IMAGES) return false;
  try {
    const original = await env.OUTPUTS.get(outputKey(place, output.n, output.ext));
    if (!original) return false;
    const result = await env.IMAGES.input(original.body)
      .transform({ width: THUMBNAIL_SIZE, height: THUMBNAIL_SIZE, fit: "scale-down" })
      .output({ format: "image/webp", quality: 80 });
    const bytes = await result.response().arrayBuffer();
    await env.OUTPUTS.put(thumbnailKey(place, output.n), bytes, {
      httpMetadata: { contentType: "image/webp" },
    });
    return true;
  } catch (error) {
    log("thumbnail_failed", { generation: place.generationId, n: output.n, reason: reasonOf(error) });
    return false;
  }
}
