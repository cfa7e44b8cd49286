/** The call took longer than it may; what it was to do may still happen. */
export class TookTooLong extends Error {
  override name = "TookTooLong";
}

/** The call's result, or `TookTooLong` after `ms` milliseconds: nothing may hold an alarm for ever. */
export async function bounded<T>(call: Promise<T>, ms: number): Promise<T> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new TookTooLong(`no end within ${ms} ms`)), ms);
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
