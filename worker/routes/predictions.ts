import { Hono } from "hono";
import { database } from "../db/client.ts";
import { findGeneration } from "../db/generations.ts";
import { refusalOf } from "../db/users.ts";
import { type GenerationRecord, presentGeneration } from "../generation.ts";
import { reasonOf, logError } from "../log.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { originOf, sameOrigin } from "../middleware/origin.ts";
import { signedIn } from "../middleware/session.ts";
import { ok, problemResponse, type Result, refuse, StorageUnavailable } from "../problem.ts";
import { studioOf } from "./studio.ts";

export const predictions = new Hono<AppEnv>()
  .get("/:id", sameOrigin, signedIn, async (c) => {
    const { userId, epoch } = c.var.session;
    const result = await readGeneration(c.env, { userId, epoch }, c.req.param("id"));
    if (!result.ok) return problemResponse(result.refusal);
    return c.json({ generation: presentGeneration(result.value, originOf(c)) }, 200);
  })
  .post("/:id/cancel", sameOrigin, signedIn, async (c) => {
    const { userId, epoch } = c.var.session;
    const result = await studioOf(c.env, userId).cancel({ userId, epoch }, c.req.param("id"));
    if (!result.ok) return problemResponse(result.refusal);
    return c.json({ generation: presentGeneration(result.value, originOf(c)) }, 200);
  });

/** D1 first; what it does not know (a pending id, an insert still owed) or cannot say, the user's object is asked. */
async function readGeneration(
  env: Env,
  claim: { userId: string; epoch: number },
  id: string,
): Promise<Result<GenerationRecord>> {
  const db = database(env.DB);
  let isStorageDown = false;
  try {
    const { user, record } = await findGeneration(db, claim.userId, id);
    const refusal = refusalOf(user, claim);
    if (refusal) return { ok: false, refusal };
    if (record) return ok(record);
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    logError("read_failed", { reason: reasonOf(error) });
    isStorageDown = true;
  }
  const known = await studioOf(env, claim.userId).find(id);
  if (known) {
    // A pending id whose generation is confirmed: D1 knows a favourite or a link besides.
    if (known.id === id || isStorageDown) return ok(known);
    return ok((await findGeneration(db, claim.userId, known.id)).record ?? known);
  }
  return isStorageDown
    ? refuse("storage_unavailable", "The studio cannot reach its storage right now.")
    : refuse("not_found", "There is no such picture.");
}
