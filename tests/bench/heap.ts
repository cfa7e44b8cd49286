/**
 * Reads the heap of the Worker's isolate through the inspector that `wrangler dev` opens: JavaScript objects and array
 * buffers. The memory of the process also holds the local R2 and D1.
 */
const SAMPLE_EVERY_MS = 50;

export type Heap = Awaited<ReturnType<typeof watchHeap>>;

/** `collects`: collects garbage before each sample, so that a sample holds what is in use. Slows the isolate down. */
export async function watchHeap(
  port: number,
  { collects = false, everyMs = SAMPLE_EVERY_MS }: { collects?: boolean; everyMs?: number } = {},
) {
  const [target] = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as {
    webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? "", {
    headers: { origin: "http://localhost" },
  } as never);
  const now = { bytes: 0, peak: 0, floor: 0, samples: 0 };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  let sampled = Promise.withResolvers<void>();
  const send = (id: number, method: string) => socket.send(JSON.stringify({ id, method }));
  const sample = () => {
    if (collects) send(2, "HeapProfiler.collectGarbage");
    send(1, "Runtime.getHeapUsage");
  };
  const first = new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", sample);
    socket.addEventListener("error", () => reject(new Error("The inspector does not respond.")));
    socket.addEventListener("message", ({ data }) => {
      const { id, result, error } = JSON.parse(String(data)) as Message;
      if (error) reject(new Error(error.message));
      if (id !== 1 || !result) return;
      now.bytes = result.usedSize + result.embedderHeapUsedSize + result.backingStorageSize;
      now.samples += 1;
      now.peak = Math.max(now.peak, now.bytes);
      now.floor = Math.min(now.floor, now.bytes);
      resolve();
      sampled.resolve();
      sampled = Promise.withResolvers<void>();
      // After the result, because a garbage collection may take longer than the interval.
      if (!isStopped) timer = setTimeout(sample, everyMs);
    });
  });
  await first;
  return {
    now: () => now.bytes,
    /** The minimum of the next samples. */
    async idle(samples: number) {
      let min = Number.POSITIVE_INFINITY;
      for (let n = 0; n < samples; n += 1) {
        await sampled.promise;
        min = Math.min(min, now.bytes);
      }
      return min;
    },
    /** Resets the peak. */
    begin() {
      now.peak = now.bytes;
      now.samples = 0;
    },
    /** Resets the floor during a transfer: from here on, a buffer of all transferred bytes would raise it. */
    settled() {
      now.floor = Number.POSITIVE_INFINITY;
    },
    /** The maximum since `begin`, and the minimum since `settled`, which is the live memory after a garbage collection. */
    range: () => ({ peak: now.peak, floor: now.floor, samples: now.samples }),
    stop() {
      isStopped = true;
      clearTimeout(timer);
      socket.close();
    },
  };
}

type Message = { id?: number; result?: HeapUsage; error?: { message: string } };
type HeapUsage = { usedSize: number; embedderHeapUsedSize: number; backingStorageSize: number };
