import { MAX_BULK } from "../../worker/catalog.ts";
import type { BulkBody } from "../../worker/contract.ts";
import type { Api } from "../api/client.ts";
import type { Trouble } from "../api/result.ts";

/** What became of many: `failed` are those that did not go through, `problem` why, where that is known. */
export type BulkOutcome = { done: string[]; failed: string[]; problem: Trouble | null };

/** How the chunks go out: one after the other, or all at once because nobody is there to wait. */
export type Pace = "steady" | "at once";

/** Does one thing to any number of pictures, in requests as large as the Worker takes. */
export async function inBulk(
  api: Pick<Api, "bulk">,
  ids: readonly string[],
  action: BulkBody["action"],
  pace: Pace = "steady",
): Promise<BulkOutcome> {
  const outcome: BulkOutcome = { done: [], failed: [], problem: null };
  async function send(chunk: string[]) {
    const result = await api.bulk(chunk, action);
    if (result.ok) {
      // What is gone already is as good as deleted, and cannot be a favourite.
      outcome.done.push(...result.value.done, ...result.value.missing);
      outcome.failed.push(...result.value.failed);
    } else {
      outcome.failed.push(...chunk);
      outcome.problem = result.problem;
    }
  }
  const chunks: string[][] = [];
  for (let at = 0; at < ids.length; at += MAX_BULK) chunks.push(ids.slice(at, at + MAX_BULK));
  if (pace === "at once") await Promise.all(chunks.map(send));
  else for (const chunk of chunks) await send(chunk);
  return outcome;
}
