/** A missing thumbnail is made when it is first asked for; where that fails, the original stands in for an hour. */
import type { StoredOutput } from "../generation.ts";
import { makeThumbnail } from "./thumbnail.ts";

const RETRY_MS = 60 * 60 * 1000;
/** Just after the success its own thumbnail is on the way. */
const GRACE_MS = 30_000;
const MAX_REMEMBERED = 1_000;

// Per isolate: a repeated try costs a moment, not correctness.
const failedAt = new Map<string, number>();

export async function makeMissingThumbnail(
  env: { OUTPUTS: R2Bucket; IMAGES?: ImagesBinding },
  place: { userId: string; generationId: string },
  output: StoredOutput,
  completedAt: number | null,
  now: number,
): Promise<boolean> {
  const id = `${place.generationId}/${output.n}`;
  if (now < (completedAt ?? 0) + GRACE_MS || now < (failedAt.get(id) ?? 0) + RETRY_MS) return false;
  if (await makeThumbnail(env, place, output)) return true;
  if (failedAt.size >= MAX_REMEMBERED) failedAt.clear();
  failedAt.set(id, now);
  return false;
}
