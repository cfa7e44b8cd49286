import type { GenerationPage } from "../../api/schemas.ts";
import { databaseFor } from "../../db/client.ts";
import { listGenerations, type Position } from "../../db/gallery.ts";
import { refusalOf, type SessionClaim } from "../../db/users.ts";
import { presentGeneration } from "../../api/generation.ts";
import { ok, type Result } from "../../api/problem.ts";
import { encodeCursor } from "./cursor.ts";

type Filters = Parameters<typeof listGenerations>[4];

export type ListRequest = { limit: number; position: Position | null; filters: Filters };

/** One page of a user's generations, newest first, as the API answers it. `origin`: where share links start. */
export async function listPage(
  env: Env,
  claim: SessionClaim,
  { limit, position, filters }: ListRequest,
  origin: string,
): Promise<Result<GenerationPage>> {
  const { user, records, next } = await listGenerations(
    databaseFor(env, claim.userId),
    claim.userId,
    limit,
    position,
    filters,
  );
  const refusal = refusalOf(user, claim);
  if (refusal) return { ok: false, refusal };
  return ok({
    items: records.map((record) => presentGeneration(record, origin)),
    nextCursor: next && encodeCursor(next),
  });
}
