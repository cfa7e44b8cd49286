import { type GenerationRecord, hasEnded } from "../api/generation.ts";
import { ok, type Result, StorageUnavailable } from "../api/problem.ts";
import { imageNotFound, STORAGE_UNAVAILABLE, SUSPENDED, UNAUTHENTICATED } from "../api/refusals.ts";
import { readAs } from "../auth/principal.ts";
import { databaseFor } from "../db/client.ts";
import { generationById } from "../db/generations.ts";
import { claimOf, type SessionClaim } from "../db/users.ts";
import { logError, reasonOf } from "../lib/log.ts";
import { callStudio } from "../studio/client.ts";
import type { Deps } from "./deps.ts";

/**
 * Reads D1 first. Asks the object if D1 has no row, does not answer, or shows a generation in progress, because the object
 * may be newer than D1.
 */
export async function getGeneration(
  { env }: Pick<Deps, "env">,
  claim: SessionClaim,
  id: string,
): Promise<Result<GenerationRecord>> {
  const row = await readRow(env, claim, id);
  if (row.ok && row.value && hasEnded(row.value)) return ok(row.value);
  if (!row.ok && row.refusal.code !== "storage_unavailable") return row;
  const known = await callStudio(env, claim.userId, (studio) =>
    studio.find(id, row.ok ? null : claimOf(claim)),
  );
  if (known === "deleted") return imageNotFound();
  if (known === "unauthenticated") return { ok: false, refusal: UNAUTHENTICATED };
  if (known === "suspended") return { ok: false, refusal: SUSPENDED };
  if (known === null) return row.ok ? (row.value ? ok(row.value) : imageNotFound()) : row;
  // D1 also has favorite and link. Under a pending id the row is that of the confirmed generation.
  const confirmed = row.ok && known.id !== id ? await readRow(env, claim, known.id) : row;
  if (!confirmed.ok || !confirmed.value) return ok(known);
  const { favorite, shareToken } = confirmed.value;
  return ok({ ...known, favorite, shareToken });
}

async function readRow(env: Env, claim: SessionClaim, id: string): Promise<Result<GenerationRecord | null>> {
  try {
    const db = databaseFor(env, claim.userId);
    const read = await readAs(db, claim, generationById(db, claim.userId, id));
    return read.ok ? ok(read.value.value) : read;
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    logError("read_failed", { reason: reasonOf(error) });
    return { ok: false, refusal: STORAGE_UNAVAILABLE };
  }
}
