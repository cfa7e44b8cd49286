import { presentCollection } from "../../api/collection.ts";
import { problemResponse } from "../../api/problem.ts";
import { collectionBody } from "../../api/schemas/requests/collection.ts";
import {
  createCollection,
  deleteCollection,
  listCollections,
  renameCollection,
} from "../../use-cases/collections.ts";
import { depsOf } from "../deps.ts";
import { cappedBody, jsonBody, jsonType } from "../middleware/body.ts";
import { sameOrigin } from "../middleware/origin.ts";
import { limitedByUser } from "../middleware/rate-limit.ts";
import { withCaller, withPrincipal } from "../middleware/caller.ts";
import { newApp } from "../routing.ts";

export const collections = newApp()
  .get("/", sameOrigin, withCaller("read"), limitedByUser, async (c) => {
    const result = await listCollections(depsOf(c), c.var.caller);
    if (!result.ok) return problemResponse(result.refusal);
    return c.json({ collections: result.value.map(presentCollection) }, 200);
  })
  .post(
    "/",
    sameOrigin,
    withCaller("manage"),
    cappedBody,
    jsonType,
    jsonBody(collectionBody),
    limitedByUser,
    withPrincipal,
    async (c) => {
      const result = await createCollection(depsOf(c), c.var.principal, c.req.valid("json").name);
      if (!result.ok) return problemResponse(result.refusal);
      return c.json({ collection: presentCollection(result.value) }, 201);
    },
  )
  .patch(
    "/:id",
    sameOrigin,
    withCaller("manage"),
    cappedBody,
    jsonType,
    jsonBody(collectionBody),
    limitedByUser,
    withPrincipal,
    async (c) => {
      const request = { id: c.req.param("id"), name: c.req.valid("json").name };
      const result = await renameCollection(depsOf(c), c.var.principal, request);
      if (!result.ok) return problemResponse(result.refusal);
      return c.json({ collection: presentCollection(result.value) }, 200);
    },
  )
  .delete("/:id", sameOrigin, withCaller("manage"), limitedByUser, withPrincipal, async (c) => {
    const result = await deleteCollection(depsOf(c), c.var.principal, c.req.param("id"));
    return result.ok ? c.body(null, 204) : problemResponse(result.refusal);
  });
