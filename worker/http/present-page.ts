import { encodeCursor } from "../api/cursor.ts";
import { presentGeneration } from "../api/generation.ts";
import type { GenerationPage } from "../api/schemas/generation.ts";
import type { ListedPage } from "../use-cases/list.ts";

/** A page of the list as the API returns it. `origin`: where share links start. */
export function presentPage({ records, next }: ListedPage, origin: string): GenerationPage {
  return {
    items: records.map((record) => presentGeneration(record, origin)),
    nextCursor: next && encodeCursor(next),
  };
}
