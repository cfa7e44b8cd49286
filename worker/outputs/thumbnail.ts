import type { StoredOutput } from "../generation.ts";
import { thumbnailKey } from "./keys.ts";
import { storeScaled } from "./scaled.ts";

/** Longest side, in pixels. */
const THUMBNAIL_SIDE = 512;
/** It is shown at half its size or less on most screens, where what this takes away is not seen. */
const QUALITY = 60;

/** Makes and stores a picture's thumbnail. False where that cannot be done: it is never a reason to fail. */
export function makeThumbnail(
  env: { OUTPUTS: R2Bucket; IMAGES?: ImagesBinding },
  place: { userId: string; generationId: string },
  output: StoredOutput,
): Promise<boolean> {
  const key = thumbnailKey(place, output.n);
  return storeScaled(env, place, output, { key, side: THUMBNAIL_SIDE, quality: QUALITY });
}
