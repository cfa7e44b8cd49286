import { generationPrefixes, userPrefixes } from "./keys.ts";

/** Deletes all files of a generation. Can be repeated. Throws if R2 does not respond. */
export async function removeObjects(
  bucket: R2Bucket,
  place: { userId: string; generationId: string },
): Promise<void> {
  // By prefix, not from the row: an interrupted copy may have left a key that no row has.
  const pages = await Promise.all(generationPrefixes(place).map((prefix) => bucket.list({ prefix })));
  const keys = pages.flatMap((page) => page.objects.map((object) => object.key));
  if (keys.length > 0) await bucket.delete(keys);
}

/** Deletes up to a page of a user's files per prefix, and returns their number. Throws if R2 does not respond. */
export async function removeSomeOfUser(bucket: R2Bucket, userId: string): Promise<number> {
  let removed = 0;
  for (const prefix of userPrefixes(userId)) {
    // The maximum of one delete.
    const page = await bucket.list({ prefix, limit: 1000 });
    const keys = page.objects.map((object) => object.key);
    if (keys.length > 0) await bucket.delete(keys);
    removed += keys.length;
  }
  return removed;
}
