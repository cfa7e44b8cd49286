import type { StoredOutput } from "../api/generation.ts";
import { thumbnailKey, viewKey } from "./keys.ts";
import { storeScaled } from "./scaled.ts";

/** Longest sides, in pixels. `thumb` is made with the image, `small` (the gallery on phones) at its first request. */
const SIDES = { thumb: 512, small: 256 } as const;
export type ThumbnailSize = keyof typeof SIDES;
/** WebP, 1 to 100. Most screens show it at half its size or less, where the loss is not seen. */
const QUALITY = 60;

type Place = { userId: string; generationId: string };

/** The size that a query names; null for any other text. */
export const thumbnailSizeOf = (text: string | undefined): ThumbnailSize | null =>
  text === "thumb" || text === "small" ? text : null;

export function thumbnailKeyOf(place: Place, n: number, size: ThumbnailSize): string {
  return size === "thumb" ? thumbnailKey(place, n) : viewKey(place, n, SIDES[size]);
}

/** Makes and stores a thumbnail. False where that cannot be done: it is never a reason to fail. */
export function makeThumbnail(
  env: { OUTPUTS: R2Bucket; IMAGES?: ImagesBinding },
  place: Place,
  output: StoredOutput,
  size: ThumbnailSize = "thumb",
): Promise<boolean> {
  const key = thumbnailKeyOf(place, output.n, size);
  return storeScaled(env, place, output, { key, side: SIDES[size], quality: QUALITY });
}
