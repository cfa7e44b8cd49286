import { generationPrefixes } from "./keys.ts";

/** Removes everything stored of a generation. Repeatable. Throws if R2 does not answer. */
export async function removeObjects(
  bucket: R2Bucket,
  place: { userId: string; generationId: string },
): Promise<void> {
  // By prefix, not by what a row remembers: a copy that was cut off may have left a key that no row knows.
  const pages = await Promise.all(generationPrefixes(place).map((prefix) => bucket.list({ prefix })));
  const keys = pages.flatMap((page) => page.objects.map((object) => object.key));
  if (keys.length > 0) await bucket.delete(keys);
}
