import { Worker } from "node:worker_threads";
import type { Size } from "./models.ts";

export type Commission = Size & { prompt: string; seed: number };
type Reply = { ticket: number; png: Uint8Array } | { ticket: number; error: string };

/** About 40 pictures of one megapixel; one that fell out is painted again, the same to the byte. */
const CACHE_BYTES = 64 * 1024 * 1024;

function createCache() {
  const pictures = new Map<string, Buffer>();
  let bytes = 0;
  return {
    get(key: string): Buffer | undefined {
      const picture = pictures.get(key);
      if (picture === undefined) return undefined;
      pictures.delete(key);
      pictures.set(key, picture);
      return picture;
    },
    set(key: string, picture: Buffer): void {
      pictures.set(key, picture);
      bytes += picture.byteLength;
      for (const [oldKey, old] of pictures) {
        if (bytes <= CACHE_BYTES || oldKey === key) break;
        pictures.delete(oldKey);
        bytes -= old.byteLength;
      }
    },
  };
}

/** Paints in a thread of its own, so that the API goes on answering meanwhile. The thread starts with the first picture. */
export function createPainter() {
  const cache = createCache();
  const underWay = new Map<string, Promise<Buffer>>();
  const waiting = new Map<number, (reply: Reply) => void>();
  let thread: Worker | null = null;
  let tickets = 0;

  function studio(): Worker {
    if (thread !== null) return thread;
    thread = new Worker(new URL("./art/thread.ts", import.meta.url));
    thread.unref();
    thread.on("message", (reply: Reply) => {
      waiting.get(reply.ticket)?.(reply);
      waiting.delete(reply.ticket);
    });
    return thread;
  }

  async function commission(key: string, order: Commission): Promise<Buffer> {
    tickets += 1;
    const { promise, resolve } = Promise.withResolvers<Reply>();
    waiting.set(tickets, resolve);
    studio().postMessage({ ...order, ticket: tickets });
    const reply = await promise;
    if ("error" in reply) throw new Error(reply.error);
    const png = Buffer.from(reply.png.buffer, reply.png.byteOffset, reply.png.byteLength);
    cache.set(key, png);
    return png;
  }

  return {
    async paint(order: Commission): Promise<Buffer> {
      const key = JSON.stringify([order.prompt, order.seed, order.width, order.height]);
      const known = cache.get(key) ?? underWay.get(key);
      if (known !== undefined) return known;
      const work = commission(key, order).finally(() => underWay.delete(key));
      underWay.set(key, work);
      return work;
    },
    async close(): Promise<void> {
      await thread?.terminate();
    },
  };
}

export type Painter = ReturnType<typeof createPainter>;
