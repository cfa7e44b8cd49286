import { logError, reasonOf } from "../lib/log.ts";
import { callStudio } from "../studio/client.ts";
import type { Deps } from "./deps.ts";

/**
 * Whether D1 got something now that only the object had of these generations (of all with null). An image is shown before
 * D1 has its row, so a change of it may come first.
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
