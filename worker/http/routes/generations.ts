import { decodeCursor } from "../../api/cursor.ts";
import { presentGeneration, shareUrl } from "../../api/generation.ts";
import { problemResponse } from "../../api/problem.ts";
import {
  bulkBody,
  favoriteBody,
  imageUrlQuery,
  listQuery,
  shareBody,
} from "../../api/schemas/requests/generation.ts";
import { authorize } from "../../auth/principal.ts";
import { databaseFor } from "../../db/client.ts";
import { changeCollectionItems } from "../../use-cases/collections.ts";
import { deleteGeneration, deleteGenerations } from "../../use-cases/delete.ts";
import { setFavorite, setFavorites } from "../../use-cases/favorite.ts";
import { listGenerations, presentPage } from "../../use-cases/list.ts";
import { shareGeneration, unshareGeneration, unshareGenerations } from "../../use-cases/share.ts";
import { depsOf } from "../deps.ts";
import { cappedBody, jsonBody, jsonType, query } from "../middleware/body.ts";
import { sameOrigin } from "../middleware/origin.ts";
import { limitedByUser } from "../middleware/rate-limit.ts";
import { withCaller, withPrincipal } from "../middleware/caller.ts";
import { newApp } from "../routing.ts";

export const generations = newApp()
  .get("/", sameOrigin, withCaller("read"), query(listQuery), limitedByUser, async (c) => {
    const { limit, cursor, ...filters } = c.req.valid("query");
    const position = cursor === undefined ? null : decodeCursor(cursor);
    if (cursor !== undefined && position === null) {
      return problemResponse({ code: "invalid_request", detail: "cursor: not one of this list." });
    }
    const deps = depsOf(c);
    const page = await listGenerations(deps, c.var.caller, { limit, position, filters });
    return page.ok ? c.json(presentPage(page.value, deps.origin), 200) : problemResponse(page.refusal);
  })
  .post("/bulk", sameOrigin, withCaller("manage"), cappedBody, jsonType, jsonBody(bulkBody), async (c) => {
    const { caller } = c.var;
    const { ids, action, collection } = c.req.valid("json");
    if (action === "delete") {
      const result = await deleteGenerations(depsOf(c), caller, ids);
      return result.ok ? c.json(result.value, 200) : problemResponse(result.refusal);
    }
    const principal = await authorize(databaseFor(c.env, caller.userId), caller);
    if (!principal.ok) return problemResponse(principal.refusal);
    if (collection !== undefined) {
      const change = action === "collect" ? "collect" : "uncollect";
      const request = { id: collection, ids, action: change } as const;
      const result = await changeCollectionItems(depsOf(c), principal.value, request);
      return result.ok ? c.json(result.value, 200) : problemResponse(result.refusal);
    }
    if (action === "unshare") return c.json(await unshareGenerations(depsOf(c), principal.value, ids), 200);
    const request = { ids, favorite: action === "favorite" };
    return c.json(await setFavorites(depsOf(c), principal.value, request), 200);
  })
  .get("/:id/url", sameOrigin, withCaller("read"), query(imageUrlQuery), limitedByUser, async (c) => {
    const { imageUrl } = await import("../../use-cases/images/image-url.ts");
    const place = { id: c.req.param("id"), n: c.req.valid("query").output };
    const made = await imageUrl(depsOf(c), c.var.caller, place);
    if (!made.ok) return problemResponse(made.refusal);
    const { url, expiresAt } = made.value;
    return c.json({ url, expiresAt: new Date(expiresAt).toISOString() }, 200);
  })
  .patch(
    "/:id",
    sameOrigin,
    withCaller("manage"),
    cappedBody,
    jsonType,
    jsonBody(favoriteBody),
    withPrincipal,
    async (c) => {
      const { favorite } = c.req.valid("json");
      const deps = depsOf(c);
      const result = await setFavorite(deps, c.var.principal, { id: c.req.param("id"), favorite });
      if (!result.ok) return problemResponse(result.refusal);
      return c.json({ generation: presentGeneration(result.value, deps.origin) }, 200);
    },
  )
  .delete("/:id", sameOrigin, withCaller("manage"), async (c) => {
    const result = await deleteGeneration(depsOf(c), c.var.caller, c.req.param("id"));
    return result.ok ? c.body(null, 204) : problemResponse(result.refusal);
  })
  .post(
    "/:id/share",
    sameOrigin,
    withCaller("manage"),
    cappedBody,
    jsonType,
    jsonBody(shareBody),
    withPrincipal,
    async (c) => {
      const { showPrompt } = c.req.valid("json");
      const deps = depsOf(c);
      const result = await shareGeneration(deps, c.var.principal, { id: c.req.param("id"), showPrompt });
      if (!result.ok) return problemResponse(result.refusal);
      return c.json({ url: shareUrl(deps.origin, result.value) }, 200);
    },
  )
  .delete("/:id/share", sameOrigin, withCaller("manage"), withPrincipal, async (c) => {
    const result = await unshareGeneration(depsOf(c), c.var.principal, c.req.param("id"));
    return result.ok ? c.body(null, 204) : problemResponse(result.refusal);
  });
