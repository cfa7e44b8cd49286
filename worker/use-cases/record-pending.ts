import { logError, reasonOf } from "../lib/log.ts";
import { callStudio } from "../studio/client.ts";
import type { Deps } from "./deps.ts";

/**
 * Asks the object to write its pending rows of these generations (null: of all) to D1, because an image is shown before D1
 * has its row. Returns true if any was pending; the write may have failed.
 */
export async function recordPending(
  { env }: Pick<Deps, "env">,
  userId: string,
  ids: string[] | null,
): Promise<boolean> {
  try {
    return await callStudio(env, userId, (studio) => studio.record(ids));
  } catch (error) {
    // The caller continues with the rows that D1 has.
    logError("pending_rows_not_written", { user: userId, reason: reasonOf(error) });
    return false;
  }
}
