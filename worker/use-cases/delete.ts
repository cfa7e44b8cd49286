import type { Result } from "../api/problem.ts";
import type { BulkResult } from "../api/schemas/generation.ts";
import { claimOf, type SessionClaim } from "../db/users.ts";
import { callStudio } from "../studio/client.ts";
import type { Deps } from "./deps.ts";

/** Deletes a generation: row, images and link. The user's object authorizes the claim. */
export function deleteGeneration(
  { env }: Pick<Deps, "env">,
  claim: SessionClaim,
  id: string,
): Promise<Result<null>> {
  return callStudio(env, claim.userId, (studio) => studio.remove(claimOf(claim), id));
}

/** Deletes several, each as `deleteGeneration` does. */
export function deleteGenerations(
  { env }: Pick<Deps, "env">,
  claim: SessionClaim,
  ids: string[],
): Promise<Result<BulkResult>> {
  return callStudio(env, claim.userId, (studio) => studio.removeMany(claimOf(claim), ids));
}
