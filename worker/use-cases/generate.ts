import type { GenerationRecord } from "../api/generation.ts";
import type { Result } from "../api/problem.ts";
import type { GenerateBody } from "../api/schemas/requests/generation.ts";
import { claimOf, type SessionClaim } from "../db/users.ts";
import { callStudio, studioOf } from "../studio/client.ts";
import type { Deps } from "./deps.ts";

/** Starts a generation. The user's object authorizes the claim and admits it. */
export async function generate(
  { env, origin }: Pick<Deps, "env" | "origin">,
  claim: SessionClaim,
  { body, idempotencyKey }: { body: GenerateBody; idempotencyKey: string | null },
): Promise<Result<GenerationRecord>> {
  const command = { claim: claimOf(claim), body, idempotencyKey, origin };
  // Without a key a second call would be a second generation.
  if (idempotencyKey === null) return studioOf(env, claim.userId).generate(command);
  return callStudio(env, claim.userId, (studio) => studio.generate(command));
}
