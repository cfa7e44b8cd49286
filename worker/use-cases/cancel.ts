import type { GenerationRecord } from "../api/generation.ts";
import type { Result } from "../api/problem.ts";
import { claimOf, type SessionClaim } from "../db/users.ts";
import { callStudio } from "../studio/client.ts";
import type { Deps } from "./deps.ts";

/** Cancels a generation. The user's object authorizes the claim. */
export function cancelGeneration(
  { env }: Pick<Deps, "env">,
  claim: SessionClaim,
  id: string,
): Promise<Result<GenerationRecord>> {
  return callStudio(env, claim.userId, (studio) => studio.cancel(claimOf(claim), id));
}
