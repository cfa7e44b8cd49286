/** Endpoints of users to which the studio sends webhooks. Their URLs may contain credentials, so reading needs `manage` too. */
import { decodeCursor, encodeCursor } from "../../api/cursor.ts";
import { problemResponse } from "../../api/problem.ts";
import {
  deliveriesQuery,
  endpointBody,
  endpointChange,
} from "../../api/schemas/requests/webhook-endpoint.ts";
import {
  changeEndpoint,
  createEndpoint,
  deleteEndpoint,
  listDeliveries,
  listEndpoints,
  resendDelivery,
  rotateEndpoint,
  testEndpoint,
} from "../../use-cases/webhook-endpoints.ts";
import { depsOf } from "../deps.ts";
import { cappedBody, jsonBody, jsonType, query } from "../middleware/body.ts";
import { withCaller } from "../middleware/caller.ts";
import { sameOrigin } from "../middleware/origin.ts";
import { limitedByUser } from "../middleware/rate-limit.ts";
import { newApp } from "../routing.ts";

export const webhookEndpoints = newApp()
  .get("/", sameOrigin, withCaller("manage"), limitedByUser, async (c) => {
    const result = await listEndpoints(depsOf(c), c.var.caller);
    return result.ok ? c.json({ endpoints: result.value }, 200) : problemResponse(result.refusal);
  })
  .post(
    "/",
    sameOrigin,
    withCaller("manage"),
    cappedBody,
    jsonType,
    jsonBody(endpointBody),
    limitedByUser,
    async (c) => {
      const result = await createEndpoint(depsOf(c), c.var.caller, c.req.valid("json"));
      return result.ok ? c.json(result.value, 201) : problemResponse(result.refusal);
    },
  )
  .patch(
    "/:id",
    sameOrigin,
    withCaller("manage"),
    cappedBody,
    jsonType,
    jsonBody(endpointChange),
    limitedByUser,
    async (c) => {
      const request = { id: c.req.param("id"), change: c.req.valid("json") };
      const result = await changeEndpoint(depsOf(c), c.var.caller, request);
      return result.ok ? c.json({ endpoint: result.value }, 200) : problemResponse(result.refusal);
    },
  )
  .delete("/:id", sameOrigin, withCaller("manage"), limitedByUser, async (c) => {
    const result = await deleteEndpoint(depsOf(c), c.var.caller, c.req.param("id"));
    return result.ok ? c.body(null, 204) : problemResponse(result.refusal);
  })
  .post("/:id/rotate", sameOrigin, withCaller("manage"), limitedByUser, async (c) => {
    const result = await rotateEndpoint(depsOf(c), c.var.caller, c.req.param("id"));
    return result.ok ? c.json(result.value, 200) : problemResponse(result.refusal);
  })
  .post("/:id/test", sameOrigin, withCaller("manage"), limitedByUser, async (c) => {
    const result = await testEndpoint(depsOf(c), c.var.caller, c.req.param("id"));
    return result.ok ? c.json({ delivery: result.value }, 202) : problemResponse(result.refusal);
  })
  .get(
    "/:id/deliveries",
    sameOrigin,
    withCaller("manage"),
    query(deliveriesQuery),
    limitedByUser,
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const after = cursor === undefined ? null : decodeCursor(cursor);
      if (cursor !== undefined && after === null) {
        return problemResponse({ code: "invalid_request", detail: "cursor: not one of this list." });
      }
      const request = { id: c.req.param("id"), limit, after };
      const result = await listDeliveries(depsOf(c), c.var.caller, request);
      if (!result.ok) return problemResponse(result.refusal);
      const { deliveries, next } = result.value;
      return c.json({ deliveries, nextCursor: next && encodeCursor(next) }, 200);
    },
  )
  .post("/:id/deliveries/:deliveryId/resend", sameOrigin, withCaller("manage"), limitedByUser, async (c) => {
    const { id, deliveryId } = c.req.param();
    const result = await resendDelivery(depsOf(c), c.var.caller, { id, deliveryId });
    return result.ok ? c.json({ delivery: result.value }, 202) : problemResponse(result.refusal);
  });
