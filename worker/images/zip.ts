/**
 * Streams stored images as one zip file, without compression. One image is open at a time and none is buffered, whatever
 * its size and the speed of the reader. So the length is not known in advance, and a failure of R2 aborts the stream.
 */
import { makeZip } from "client-zip";
import { stored } from "../api/problem.ts";

/** `name` is the path in the zip. Times are milliseconds since the epoch. */
export type ZippedImage = { key: string; name: string; modifiedAt: number };
export type ZippedText = { name: string; text: string; modifiedAt: number };

type Ends = {
  /** The last file of the zip; `missing` are the names that R2 did not have. */
  last: (missing: ReadonlySet<string>) => ZippedText;
  /** Called when R2 aborts the stream, but not when the client disconnects. */
  failed: (error: unknown) => void;
};

/** Throws if R2 does not respond to the first read. */
export async function zipImages(
  bucket: R2Bucket,
  images: readonly ZippedImage[],
  { last, failed }: Ends,
): Promise<ReadableStream<Uint8Array>> {
  const missing = new Set<string>();
  // Read before the response starts: if R2 is down, the request fails instead of sending a broken file.
  const first = images[0] && (await stored(bucket.get(images[0].key)));

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
    for (const [index, { key, name, modifiedAt }] of images.entries()) {
      const object = index === 0 ? first : await orFailed(bucket.get(key));
      if (!object) {
        missing.add(name);
        continue;
      }
      const reader = object.body.getReader();
      try {
        yield { name, input: bytesOf(reader), size: object.size, lastModified: new Date(modifiedAt) };
      } catch {
        // The client disconnected.
        return;
      } finally {
        // client-zip does not cancel its inputs.
        await reader.cancel();
      }
    }
    const { name, text, modifiedAt } = last(missing);
    yield { name, input: text, lastModified: new Date(modifiedAt) };
  }
  return makeZip(entries());
}
