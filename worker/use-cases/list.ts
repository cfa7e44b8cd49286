import type { Position } from "../api/cursor.ts";
import type { GenerationRecord } from "../api/generation.ts";
import { ok, type Result } from "../api/problem.ts";
import { readAs } from "../auth/principal.ts";
import { databaseFor } from "../db/client.ts";
import { type Filters, galleryPage } from "../db/gallery.ts";
import type { SessionClaim } from "../db/users.ts";
import type { Deps } from "./deps.ts";

/** `position`: after which generation the page begins; null is the start. */
export type ListRequest = { limit: number; position: Position | null; filters: Filters };

/** `next`: where the following page begins; null at the end. A page may be short or empty before the end. */
export type ListedPage = { records: GenerationRecord[]; next: Position | null };

/** One page of the user's generations, newest first. */
export async function listGenerations(
  { env }: Pick<Deps, "env">,
  claim: SessionClaim,
  { limit, position, filters }: ListRequest,
): Promise<Result<ListedPage>> {
  const db = databaseFor(env, claim.userId);
  const page = await readAs(db, claim, galleryPage(db, claim.userId, limit, position, filters));
  return page.ok ? ok(page.value.value) : page;
}
