/** The call took too long. The operation may still complete. */
export class TimeoutError extends Error {
  override name = "TimeoutError";
}

/** The call's result, or a `TimeoutError` after `ms` milliseconds. */
export async function bounded<T>(call: Promise<T>, ms: number): Promise<T> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new TimeoutError(`no result within ${ms} ms`)), ms);
  try {
    return await Promise.race([call, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs `work` for each item in order, at most `width` at a time. Throws the first failure. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const left = items.values();
  const lane = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
}

/** Runs the tasks that are passed to it in their order, at most `width` at a time. */
export function limitConcurrency(width: number): <T>(task: () => Promise<T>) => Promise<T> {
  let free = width;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      // Hands its turn to the next task directly, so that a new task cannot take it first.
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
