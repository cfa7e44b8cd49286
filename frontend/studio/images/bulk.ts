import { MAX_BULK } from "../../../worker/shared/generations.ts";
import type { BulkBody } from "../../../worker/api/schemas/requests/generation.ts";
import type { Api } from "../../api/client.ts";
import type { ApiError } from "../../api/result.ts";

/** Ids by result; `error` says why some failed, where that is known. */
export type BulkOutcome = { done: string[]; failed: string[]; error: ApiError | null };

/** Chunks are sent one after the other, or all at once while the page is being left. */
export type Pace = "steady" | "at once";

/** Applies one action to any number of images, in requests as large as the Worker accepts. */
export async function inBulk(
  api: Pick<Api, "bulk">,
  ids: readonly string[],
  action: BulkBody["action"],
  pace: Pace = "steady",
): Promise<BulkOutcome> {
  const outcome: BulkOutcome = { done: [], failed: [], error: null };
  async function send(chunk: string[]) {
    const result = await api.bulk(chunk, action);
    if (result.ok) {
      // Missing: already deleted.
      outcome.done.push(...result.value.done, ...result.value.missing);
      outcome.failed.push(...result.value.failed);
    } else {
      outcome.failed.push(...chunk);
      outcome.error = result.error;
    }
  }
  const chunks: string[][] = [];
  for (let at = 0; at < ids.length; at += MAX_BULK) chunks.push(ids.slice(at, at + MAX_BULK));
  if (pace === "at once") await Promise.all(chunks.map(send));
  else for (const chunk of chunks) await send(chunk);
  return outcome;
}
