import { encodeCursor, type Position } from "../api/cursor.ts";
import { type GenerationRecord, presentGeneration } from "../api/generation.ts";
import { ok, type Result } from "../api/problem.ts";
import { collectionNotFound } from "../api/refusals.ts";
import type { GenerationPage } from "../api/schemas/generation.ts";
import { readAs } from "../auth/principal.ts";
import { databaseFor } from "../db/client.ts";
import { inCollection } from "../db/collections.ts";
import { galleryPage } from "../db/gallery.ts";
import type { Filters } from "../db/gallery-plan.ts";
import type { SessionClaim } from "../db/users.ts";
import type { Deps } from "./deps.ts";

/** `position`: after which generation the page begins; null is the start. */
export type ListRequest = { limit: number; position: Position | null; filters: Filters };

/** `next`: where the following page begins; null at the end. A page may be short or empty before the end. */
export type ListedPage = { records: GenerationRecord[]; next: Position | null };

/** One page of the user's generations. */
export async function listGenerations(
  { env }: Pick<Deps, "env">,
  claim: SessionClaim,
  { limit, position, filters }: ListRequest,
): Promise<Result<ListedPage>> {
  const db = databaseFor(env, claim.userId);
  const { userId } = claim;
  const page = galleryPage(db, userId, limit, position, filters);
  if (filters.collection === undefined) {
    const listed = await readAs(db, claim, page);
    return listed.ok ? ok(listed.value.value) : listed;
  }
  const listed = await readAs(db, claim, inCollection(db, userId, filters.collection, page));
  if (!listed.ok) return listed;
  return listed.value.value ? ok(listed.value.value) : collectionNotFound();
}

/** A page in the API's form. `origin`: where share links start. */
export function presentPage({ records, next }: ListedPage, origin: string): GenerationPage {
  return {
    items: records.map((record) => presentGeneration(record, origin)),
    nextCursor: next && encodeCursor(next),
  };
}
