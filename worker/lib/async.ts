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

/** Does `work` for each, in their order, at most `width` at a time. The first failure is thrown. */
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
