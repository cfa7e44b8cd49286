/**
 * Stored pictures as one zip file, as they are read: the original bytes, stored and not packed again.
 *
 * Promise: one picture is open at a time and none is held whole, however large the file and however slow its reader.
 * The price: its length is not known beforehand, and a bucket that fails midway can only break it off.
 */
import { makeZip } from "client-zip";
import { stored } from "../problem.ts";

/** `name` is the file's path in the zip. Times are milliseconds since the epoch. */
export type ZippedPicture = { key: string; name: string; modifiedAt: number };
export type ZippedText = { name: string; text: string; modifiedAt: number };

type Ends = {
  /** The last file, once it is known which names are missing from the bucket. */
  last: (missing: ReadonlySet<string>) => ZippedText;
  /** Hears of what breaks the stream off. */
  failed: (error: unknown) => void;
};

/** Throws where R2 does not give the first picture. */
export async function zipPictures(
  bucket: R2Bucket,
  pictures: readonly ZippedPicture[],
  { last, failed }: Ends,
): Promise<ReadableStream<Uint8Array>> {
  const missing = new Set<string>();

  async function* entries() {
    for (const { key, name, modifiedAt } of pictures) {
      const object = await bucket.get(key);
      if (object) yield { name, input: object.body, size: object.size, lastModified: new Date(modifiedAt) };
      else missing.add(name);
    }
    const { name, text, modifiedAt } = last(missing);
    yield { name, input: text, lastModified: new Date(modifiedAt) };
  }

  const coming = entries();
  // Before anything is answered: a bucket that is away is a clear refusal, and not a broken file.
  const first = await stored(coming.next());
  async function* all() {
    try {
      if (!first.done) yield first.value;
      yield* coming;
    } catch (error) {
      failed(error);
      throw error;
    }
  }
  return makeZip(all());
}
