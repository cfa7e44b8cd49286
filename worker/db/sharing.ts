/** Share links of several generations in D1. */
import type { GenerationRecord } from "../api/generation.ts";
import type { Database } from "./client.ts";
import { ownAmong, recordOf } from "./generations.ts";
import { write } from "./d1-call.ts";
import { generations } from "./schema.ts";

/** Ends the links of those of these generations that are the user's. Returns these generations, in any order. */
export async function unshareGenerations(
  db: Database,
  userId: string,
  ids: string[],
): Promise<GenerationRecord[]> {
  const written = await write(() =>
    db
      .update(generations)
      .set({ shareToken: null, sharePrompt: false })
      .where(ownAmong(userId, ids))
      .returning(),
  );
  return written.map(recordOf);
}
