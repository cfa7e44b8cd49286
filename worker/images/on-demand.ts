/** Copies that are made when somebody first asks for them; where that fails, the original stands in for an hour. */

const RETRY_MS = 60 * 60 * 1000;
const MAX_REMEMBERED = 1_000;

// Per isolate: a repeated try costs a moment, not correctness.
const failedAt = new Map<string, number>();

/** Makes the copy under `key`, unless that failed not long ago: then it rests, and nothing is tried. */
export async function makeOnDemand(
  key: string,
  make: () => Promise<boolean>,
): Promise<"made" | "failed" | "resting"> {
  const now = Date.now();
  if (now < (failedAt.get(key) ?? 0) + RETRY_MS) return "resting";
  if (await make()) return "made";
  if (failedAt.size >= MAX_REMEMBERED) failedAt.clear();
  failedAt.set(key, now);
  return "failed";
}
