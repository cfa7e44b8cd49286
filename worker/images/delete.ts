import { generationPrefixes, userPrefixes } from "./keys.ts";

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

/** Removes a page of what is stored of a user; how many objects that were. Throws if R2 does not answer. */
export async function removeSomeOfUser(bucket: R2Bucket, userId: string): Promise<number> {
  let removed = 0;
  for (const prefix of userPrefixes(userId)) {
    // A page is what one delete takes.
    const page = await bucket.list({ prefix, limit: 1000 });
    const keys = page.objects.map((object) => object.key);
    if (keys.length > 0) await bucket.delete(keys);
    removed += keys.length;
  }
  return removed;
}
