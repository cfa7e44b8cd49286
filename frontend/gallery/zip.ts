/**
 * Many images as one zip file, streamed: the original bytes, stored without compression. It goes straight to disk
 * where the browser lets a page write a file; elsewhere the browser holds it until it is complete, at most
 * `MAX_HELD_BYTES`. This and its library are loaded with the first selection.
 */
import { makeZip } from "client-zip";
import type { Generation } from "../../worker/contract.ts";
import { fileNameOf } from "../../worker/file-name.ts";

/** Browsers keep blobs of this size on disk; larger ones fail silently in some. */
export const MAX_HELD_BYTES = 1_000_000_000;
/** How many images are fetched ahead of the one that is being written. */
const AHEAD = 3;

/** A zip file under way. */
export type ZipProgress = { done: number; of: number; cancel: () => void };

export class TooLarge extends Error {}

export type ZipOptions = {
  fetch: (path: string, init: RequestInit) => Promise<Response>;
  /** Ends it, and with it the file. */
  signal: AbortSignal;
  onProgress: (done: number) => void;
};

export type Packing = {
  zip: ReadableStream<Uint8Array>;
  /** How many pictures there are to pack. */
  count: number;
  /** How many could not be had; known when the stream has ended. */
  missing: () => number;
};

type Entry = { generation: Generation; n: number; url: string };

/** Every output of these generations. Leaves out an image that is gone; a lost connection fails the stream. */
export function packPictures(
  generations: readonly Generation[],
  { fetch, signal, onProgress }: ZipOptions,
): Packing {
  const entries: Entry[] = generations.flatMap((generation) =>
    generation.outputs.map(({ url }, n) => ({ generation, n, url })),
  );
  let missing = 0;

  async function* files() {
    const under: (Promise<Response> | undefined)[] = entries
      .slice(0, AHEAD)
      .map(({ url }) => fetch(url, { signal }));
    // Attaches handlers to the prefetched responses so that an early failure is not an unhandled rejection.
    for (const response of under) response?.catch(() => {});
    for (const [index, { generation, n }] of entries.entries()) {
      const response = await under[index];
      const ahead = entries[index + AHEAD];
      if (ahead) {
        const coming = fetch(ahead.url, { signal });
        coming.catch(() => {});
        under.push(coming);
      }
      // Releases the response: ten thousand of them would fill the memory.
      under[index] = undefined;
      if (!response?.ok || !response.body) {
        await response?.body?.cancel();
        missing += 1;
      } else {
        yield {
          name: fileNameOf(generation, n, response.headers.get("Content-Type") ?? ""),
          input: response,
          lastModified: new Date(generation.completedAt ?? generation.createdAt),
        };
      }
      onProgress(index + 1);
    }
  }

  return { zip: makeZip(files()), count: entries.length, missing: () => missing };
}

/** A place to write to, which the user has chosen. */
export type Target = WritableStream<Uint8Array>;

/** Writes the file to its target, or holds it and answers it. Throws `TooLarge` where it cannot be held. */
export async function saveZip(
  { zip }: Packing,
  target: Target | null,
  signal: AbortSignal,
): Promise<Blob | null> {
  if (target) {
    await zip.pipeTo(target, { signal });
    return null;
  }
  let bytes = 0;
  const counted = zip.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        if (bytes > MAX_HELD_BYTES) throw new TooLarge();
        controller.enqueue(chunk);
      },
    }),
    { signal },
  );
  return new Response(counted, { headers: { "Content-Type": "application/zip" } }).blob();
}
