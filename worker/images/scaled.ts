/** Smaller copies of a picture: made by the Images binding, and stored beside it. */
import { bounded } from "../lib/async.ts";
import { STEP_TIMEOUT_MS } from "../config/limits.ts";
import type { StoredOutput } from "../api/generation.ts";
import { log, reasonOf } from "../lib/log.ts";
import { outputKey } from "./keys.ts";

type Place = { userId: string; generationId: string };

/** `side`: the longest, in pixels. `quality`: of WebP, 1 to 100. */
export type Copy = { key: string; side: number; quality: number };

/**
 * Stores a copy as WebP, never larger than the picture. False where that cannot be done (no Images binding, a
 * picture it does not read, no answer): then the original has to do.
 */
export async function storeScaled(
  env: { OUTPUTS: R2Bucket; IMAGES?: ImagesBinding },
  place: Place,
  output: StoredOutput,
  copy: Copy,
): Promise<boolean> {
  const { IMAGES, OUTPUTS } = env;
  if (!IMAGES) return false;
  const from = outputKey(place, output.n, output.ext);
  const late = new AbortController();
  try {
    return await bounded(scale(IMAGES, OUTPUTS, from, copy, late.signal), STEP_TIMEOUT_MS);
  } catch (error) {
    late.abort();
    log("scaling_failed", {
      generation: place.generationId,
      n: output.n,
      side: copy.side,
      reason: reasonOf(error),
    });
    return false;
  }
}

async function scale(
  images: ImagesBinding,
  bucket: R2Bucket,
  from: string,
  copy: Copy,
  late: AbortSignal,
): Promise<boolean> {
  const { key, side, quality } = copy;
  const original = await bucket.get(from);
  if (!original) return false;
  const result = await images
    .input(original.body)
    .transform({ width: side, height: side, fit: "scale-down" })
    .output({ format: "image/webp", quality });
  // Whole before it is stored: what fails half-way leaves nothing.
  const bytes = await result.response().arrayBuffer();
  // By now nobody waits for it, and its picture may have gone.
  if (late.aborted) return false;
  await bucket.put(key, bytes, { httpMetadata: { contentType: "image/webp" } });
  return true;
}
