import { createHash } from "node:crypto";
import { Worker } from "node:worker_threads";
import type { Size } from "./models.ts";
import type { Reference } from "./reference.ts";

/** `isUpscale`: the reference enlarged, instead of a scene over its colors. */
export type ImageRequest = Size & {
  prompt: string;
  seed: number;
  reference?: Reference | null;
  isUpscale?: boolean;
};
type Reply = { requestId: number; png: Uint8Array } | { requestId: number; error: string };

/** About 40 images of one megapixel. A removed image is rendered again with the same bytes. */
const CACHE_BYTES = 64 * 1024 * 1024;

function createCache() {
  const images = new Map<string, Buffer>();
  let bytes = 0;
  return {
    get(key: string): Buffer | undefined {
      const image = images.get(key);
      if (image === undefined) return undefined;
      images.delete(key);
      images.set(key, image);
      return image;
    },
    set(key: string, image: Buffer): void {
      images.set(key, image);
      bytes += image.byteLength;
      for (const [oldKey, old] of images) {
        if (bytes <= CACHE_BYTES || oldKey === key) break;
        images.delete(oldKey);
        bytes -= old.byteLength;
      }
    },
  };
}

/** Renders images in a worker thread, so that the API keeps answering. The thread starts with the first image. */
export function createPainter() {
  const cache = createCache();
  const pending = new Map<string, Promise<Buffer>>();
  const waiting = new Map<number, (reply: Reply) => void>();
  let thread: Worker | null = null;
  let lastRequestId = 0;

  function workerThread(): Worker {
    if (thread !== null) return thread;
    thread = new Worker(new URL("./art/thread.ts", import.meta.url));
    thread.unref();
    thread.on("message", (reply: Reply) => {
      waiting.get(reply.requestId)?.(reply);
      waiting.delete(reply.requestId);
    });
    return thread;
  }

  async function render(key: string, request: ImageRequest): Promise<Buffer> {
    lastRequestId += 1;
    const { promise, resolve } = Promise.withResolvers<Reply>();
    waiting.set(lastRequestId, resolve);
    workerThread().postMessage({ ...request, requestId: lastRequestId });
    const reply = await promise;
    if ("error" in reply) throw new Error(reply.error);
    const png = Buffer.from(reply.png.buffer, reply.png.byteOffset, reply.png.byteLength);
    cache.set(key, png);
    return png;
  }

  return {
    async paint(request: ImageRequest): Promise<Buffer> {
      const { prompt, seed, width, height, reference, isUpscale } = request;
      const digest = reference && createHash("sha256").update(reference.bytes).digest("hex");
      const key = JSON.stringify([prompt, seed, width, height, digest, isUpscale]);
      const existing = cache.get(key) ?? pending.get(key);
      if (existing !== undefined) return existing;
      const rendering = render(key, request).finally(() => pending.delete(key));
      pending.set(key, rendering);
      return rendering;
    },
    async close(): Promise<void> {
      await thread?.terminate();
    },
  };
}

export type Painter = ReturnType<typeof createPainter>;
