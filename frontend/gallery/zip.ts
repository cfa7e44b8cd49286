/**
 * Many images as one zip file, streamed: the original bytes, stored without compression, and a JSON file that says how
 * each was made. It goes straight to disk
 * where the browser lets a page write a file; elsewhere the browser holds it until it is complete, at most
 * `MAX_HELD_BYTES`. This code and its library are loaded with the first selection.
 */
import { makeZip } from "client-zip";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { fileNameOf } from "../../worker/shared/file-name.ts";

/** Browsers keep blobs of this size on disk; larger ones fail silently in some. */
export const MAX_HELD_BYTES = 1_000_000_000;
/** How many images are fetched ahead of the one that is being written. */
const AHEAD = 3;

export class TooLarge extends Error {}

export type ZipOptions = {
  fetch: (path: string, init: RequestInit) => Promise<Response>;
  /** The URL from which an original is fetched. */
  fileUrl: (url: string) => string;
  /** Stops the fetches, and with them the stream. */
  signal: AbortSignal;
  onProgress: (done: number) => void;
};

export type Zip = {
  stream: ReadableStream<Uint8Array>;
  /** How many images it shall hold. */
  count: number;
  /** How many could not be fetched; final when the stream has ended. */
  missing: () => number;
};

const FACTS_FILE = "images.json";

type Entry = { generation: Generation; n: number; url: string };

/** Every output of these generations. Leaves out an image that is gone; a lost connection fails the stream. */
export function zipImages(
  generations: readonly Generation[],
  { fetch, fileUrl, signal, onProgress }: ZipOptions,
): Zip {
  const entries: Entry[] = generations.flatMap((generation) =>
    generation.outputs.map(({ url }, n) => ({ generation, n, url: fileUrl(url) })),
  );
  let missing = 0;
  const facts: object[] = [];

  async function* files() {
    const responses: (Promise<Response> | undefined)[] = entries
      .slice(0, AHEAD)
      .map(({ url }) => fetch(url, { signal }));
    // Attaches handlers to the prefetched responses so that an early failure is not an unhandled rejection.
    for (const response of responses) response?.catch(() => {});
    for (const [index, { generation, n }] of entries.entries()) {
      const response = await responses[index];
      const ahead = entries[index + AHEAD];
      if (ahead) {
        const next = fetch(ahead.url, { signal });
        next.catch(() => {});
        responses.push(next);
      }
      // Releases the response: ten thousand of them would fill the memory.
      responses[index] = undefined;
      if (!response?.ok || !response.body) {
        await response?.body?.cancel();
        missing += 1;
      } else {
        const name = fileNameOf(generation, n, response.headers.get("Content-Type") ?? "");
        const { id, prompt, model, options, createdAt, completedAt } = generation;
        facts.push({ file: name, id, prompt, model, options, createdAt, completedAt });
        yield {
          name,
          input: response,
          lastModified: new Date(generation.completedAt ?? generation.createdAt),
        };
      }
      onProgress(index + 1);
    }
    yield { name: FACTS_FILE, input: `${JSON.stringify(facts, null, 2)}\n` };
  }

  return { stream: makeZip(files()), count: entries.length, missing: () => missing };
}

/** A file on disk that the user has chosen. */
export type Target = WritableStream<Uint8Array>;

/** Writes the zip to its target; without one, returns it. Throws `TooLarge` if the browser cannot hold it. */
export async function saveZip(
  { stream }: Zip,
  target: Target | null,
  signal: AbortSignal,
): Promise<Blob | null> {
  if (target) {
    await stream.pipeTo(target, { signal });
    return null;
  }
  let bytes = 0;
  const counted = stream.pipeThrough(
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
