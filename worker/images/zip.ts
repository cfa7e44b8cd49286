/**
 * Stored pictures as one zip file, as they are read: the original bytes, stored and not packed again.
 *
 * Promise: one picture is open at a time and none is held whole, however large the file and however slow its reader.
 * The price: its length is not known beforehand, and a bucket that fails midway can only break it off.
 */
import { makeZip } from "client-zip";
import { stored } from "../api/problem.ts";

/** `name` is the file's path in the zip. Times are milliseconds since the epoch. */
export type ZippedPicture = { key: string; name: string; modifiedAt: number };
export type ZippedText = { name: string; text: string; modifiedAt: number };

type Ends = {
  /** The last file, once it is known which names are missing from the bucket. */
  last: (missing: ReadonlySet<string>) => ZippedText;
  /** Hears of what breaks the stream off, but not of a reader that leaves. */
  failed: (error: unknown) => void;
};

/** Throws where R2 does not give the first picture. */
export async function zipPictures(
  bucket: R2Bucket,
  pictures: readonly ZippedPicture[],
  { last, failed }: Ends,
): Promise<ReadableStream<Uint8Array>> {
  const missing = new Set<string>();
  // Before anything is answered: a bucket that is away is a clear refusal, and not a broken file.
  const first = pictures[0] && (await stored(bucket.get(pictures[0].key)));

  async function orFailed<T>(read: Promise<T>): Promise<T> {
    try {
      return await read;
    } catch (error) {
      failed(error);
      throw error;
    }
  }

  async function* bytesOf(reader: ReadableStreamDefaultReader<Uint8Array>) {
    for (;;) {
      const { done, value } = await orFailed(reader.read());
      if (done) return;
      yield value;
    }
  }

  async function* entries() {
    for (const [index, { key, name, modifiedAt }] of pictures.entries()) {
      const object = index === 0 ? first : await orFailed(bucket.get(key));
      if (!object) {
        missing.add(name);
        continue;
      }
      const reader = object.body.getReader();
      try {
        yield { name, input: bytesOf(reader), size: object.size, lastModified: new Date(modifiedAt) };
      } catch {
        // Whoever took the file has left.
        return;
      } finally {
        // The zip writer never closes what it reads.
        await reader.cancel();
      }
    }
    const { name, text, modifiedAt } = last(missing);
    yield { name, input: text, lastModified: new Date(modifiedAt) };
  }
  return makeZip(entries());
}
