import { Hono } from "hono";
import { isTerminal } from "../../shared/generations.ts";
import { databaseFor } from "../../db/client.ts";
import { findGeneration } from "../../db/generations.ts";
import { refusalOf, type SessionClaim, SUSPENDED, UNAUTHENTICATED } from "../../db/users.ts";
import { type GenerationRecord, presentGeneration } from "../../api/generation.ts";
import { reasonOf, logError } from "../../lib/log.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { originOf, sameOrigin } from "../middleware/origin.ts";
import { signedIn } from "../middleware/session.ts";
import { ok, problemResponse, type Result, refuse, StorageUnavailable } from "../../api/problem.ts";
import { callStudio } from "../../studio/client.ts";

export const predictions = new Hono<AppEnv>()
  .get("/:id", sameOrigin, signedIn, async (c) => {
    const { userId, epoch } = c.var.session;
    const result = await readGeneration(c.env, { userId, epoch }, c.req.param("id"));
    if (!result.ok) return problemResponse(result.refusal);
    return c.json({ generation: presentGeneration(result.value, originOf(c)) }, 200);
  })
  .post("/:id/cancel", sameOrigin, signedIn, async (c) => {
    const { userId, epoch } = c.var.session;
    const id = c.req.param("id");
    const result = await callStudio(c.env, userId, (studio) => studio.cancel({ userId, epoch }, id));
    if (!result.ok) return problemResponse(result.refusal);
    return c.json({ generation: presentGeneration(result.value, originOf(c)) }, 200);
  });

/**
 * D1 first. The user's object is asked for what D1 does not know (a pending id, an insert still owed) or cannot say,
 * and for what is in flight: there the object may be ahead by a write, and state must not be seen to move back.
 */
async function readGeneration(env: Env, claim: SessionClaim, id: string): Promise<Result<GenerationRecord>> {
  const row = await readRow(env, claim, id);
  if (row.ok && row.value && isTerminal(row.value.status)) return ok(row.value);
  if (!row.ok && row.refusal.code !== "storage_unavailable") return row;
  const known = await callStudio(env, claim.userId, (studio) => studio.find(id, row.ok ? null : claim));
  if (known === "deleted") return notFound();
  if (known === "unauthenticated") return { ok: false, refusal: UNAUTHENTICATED };
  if (known === "suspended") return { ok: false, refusal: SUSPENDED };
  if (known === null) return row.ok ? (row.value ? ok(row.value) : notFound()) : row;
  // What D1 knows besides: a favourite, a link. Under a pending id that is the confirmed generation's row.
  const confirmed = row.ok && known.id !== id ? await readRow(env, claim, known.id) : row;
  if (!confirmed.ok || !confirmed.value) return ok(known);
  const { favorite, shareToken } = confirmed.value;
  return ok({ ...known, favorite, shareToken });
}

const notFound = () => refuse("not_found", "There is no such picture.");

async function readRow(env: Env, claim: SessionClaim, id: string): Promise<Result<GenerationRecord | null>> {
  try {
    const { user, record } = await findGeneration(databaseFor(env, claim.userId), claim.userId, id);
    const refusal = refusalOf(user, claim);
    return refusal ? { ok: false, refusal } : ok(record);
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    logError("read_failed", { reason: reasonOf(error) });
    return refuse("storage_unavailable", "The studio cannot reach its storage right now.");
  }
}
