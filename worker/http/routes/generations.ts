import { Hono } from "hono";
import { type BulkResult, bulkBody, favoriteBody, listQuery, shareBody } from "../../api/schemas.ts";
import { databaseFor, shardOf } from "../../db/client.ts";
import {
  findGeneration,
  setFavorite,
  setFavorites,
  shareGeneration,
  unshareGeneration,
} from "../../db/generations.ts";
import { findUser, refusalOf } from "../../db/users.ts";
import { type GenerationRecord, presentGeneration, shareUrl } from "../../api/generation.ts";
import { newShareToken } from "../../api/share-token.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { cappedBody, jsonBody, jsonType, query } from "../middleware/body.ts";
import { originOf, sameOrigin } from "../middleware/origin.ts";
import { signedIn } from "../middleware/session.ts";
import { ok, problemResponse, type Result, refuse } from "../../api/problem.ts";
import { decodeCursor } from "./cursor.ts";
import { listPage } from "./list-page.ts";
import { announceLater, callStudio } from "../../studio/client.ts";

type Claim = { userId: string; epoch: number };

export const generations = new Hono<AppEnv>()
  .get("/", sameOrigin, signedIn, query(listQuery), async (c) => {
    const { limit, cursor, ...filters } = c.req.valid("query");
    const position = cursor === undefined ? null : decodeCursor(cursor);
    if (cursor !== undefined && position === null) {
      return problemResponse({ code: "invalid_request", detail: "cursor: not one of this list." });
    }
    const page = await listPage(c.env, c.var.session, { limit, position, filters }, originOf(c));
    return page.ok ? c.json(page.value, 200) : problemResponse(page.refusal);
  })
  .post("/bulk", sameOrigin, signedIn, cappedBody, jsonType, jsonBody(bulkBody), async (c) => {
    const { userId, epoch } = c.var.session;
    const { ids, action } = c.req.valid("json");
    if (action === "delete") {
      const result = await callStudio(c.env, userId, (studio) => studio.removeMany({ userId, epoch }, ids));
      return result.ok ? c.json(result.value, 200) : problemResponse(result.refusal);
    }
    const db = databaseFor(c.env, userId);
    const refusal = refusalOf(await findUser(db, userId), { userId, epoch });
    if (refusal) return problemResponse(refusal);
    const records = await setFavorites(db, userId, ids, action === "favorite");
    announceLater(c, userId, (studio) => studio.announceMany(records));
    const written = new Set(records.map(({ id }) => id));
    const done = ids.filter((id) => written.has(id));
    const missing = ids.filter((id) => !written.has(id));
    return c.json({ done, missing, failed: [] } satisfies BulkResult, 200);
  })
  .patch("/:id", sameOrigin, signedIn, cappedBody, jsonType, jsonBody(favoriteBody), async (c) => {
    const { userId, epoch } = c.var.session;
    const id = c.req.param("id");
    const found = await ownGeneration(c.env, { userId, epoch }, id);
    if (!found.ok) return problemResponse(found.refusal);
    const record = await setFavorite(
      databaseFor(c.env, userId),
      userId,
      found.value.id,
      c.req.valid("json").favorite,
    );
    if (!record) return problemResponse(NOT_FOUND);
    announceLater(c, userId, (studio) => studio.announce(record));
    return c.json({ generation: presentGeneration(record, originOf(c)) }, 200);
  })
  .delete("/:id", sameOrigin, signedIn, async (c) => {
    const { userId, epoch } = c.var.session;
    const id = c.req.param("id");
    const result = await callStudio(c.env, userId, (studio) => studio.remove({ userId, epoch }, id));
    return result.ok ? c.body(null, 204) : problemResponse(result.refusal);
  })
  .post("/:id/share", sameOrigin, signedIn, cappedBody, jsonType, jsonBody(shareBody), async (c) => {
    const { userId, epoch } = c.var.session;
    const found = await ownGeneration(c.env, { userId, epoch }, c.req.param("id"));
    if (!found.ok) return problemResponse(found.refusal);
    const { showPrompt } = c.req.valid("json");
    const record = await shareGeneration(
      databaseFor(c.env, userId),
      userId,
      found.value.id,
      newShareToken(shardOf(userId)),
      showPrompt,
    );
    if (!record?.shareToken) {
      return problemResponse({ code: "not_ready", detail: "Only a finished picture can be shared." });
    }
    announceLater(c, userId, (studio) => studio.announce(record));
    return c.json({ url: shareUrl(originOf(c), record.shareToken) }, 200);
  })
  .delete("/:id/share", sameOrigin, signedIn, async (c) => {
    const { userId, epoch } = c.var.session;
    const found = await ownGeneration(c.env, { userId, epoch }, c.req.param("id"));
    if (!found.ok) return problemResponse(found.refusal);
    const record = await unshareGeneration(databaseFor(c.env, userId), userId, found.value.id);
    if (record) announceLater(c, userId, (studio) => studio.announce(record));
    return c.body(null, 204);
  });

const NOT_FOUND = { code: "not_found", detail: "There is no such picture." } as const;

async function ownGeneration(env: Env, claim: Claim, id: string): Promise<Result<GenerationRecord>> {
  const { user, record } = await findGeneration(databaseFor(env, claim.userId), claim.userId, id);
  const refusal = refusalOf(user, claim);
  if (refusal) return { ok: false, refusal };
  return record ? ok(record) : refuse(NOT_FOUND.code, NOT_FOUND.detail);
}
