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
