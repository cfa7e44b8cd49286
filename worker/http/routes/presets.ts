import { presentPreset } from "../../api/preset.ts";
import { problemResponse } from "../../api/problem.ts";
import { presetBody, presetChange } from "../../api/schemas/requests/preset.ts";
import { changePreset, createPreset, deletePreset, listPresets } from "../../use-cases/presets.ts";
import { depsOf } from "../deps.ts";
import { cappedBody, jsonBody, jsonType } from "../middleware/body.ts";
import { sameOrigin } from "../middleware/origin.ts";
import { limitedByUser } from "../middleware/rate-limit.ts";
import { withCaller, withPrincipal } from "../middleware/caller.ts";
import { newApp } from "../routing.ts";

export const presets = newApp()
  .get("/", sameOrigin, withCaller("read"), limitedByUser, async (c) => {
    const result = await listPresets(depsOf(c), c.var.caller);
    if (!result.ok) return problemResponse(result.refusal);
    return c.json({ presets: result.value.map(presentPreset) }, 200);
  })
  .post(
    "/",
    sameOrigin,
    withCaller("manage"),
    cappedBody,
    jsonType,
    jsonBody(presetBody),
    limitedByUser,
    withPrincipal,
    async (c) => {
      const result = await createPreset(depsOf(c), c.var.principal, c.req.valid("json"));
      if (!result.ok) return problemResponse(result.refusal);
      return c.json({ preset: presentPreset(result.value) }, 201);
    },
  )
  .patch(
    "/:id",
    sameOrigin,
    withCaller("manage"),
    cappedBody,
    jsonType,
    jsonBody(presetChange),
    limitedByUser,
    withPrincipal,
    async (c) => {
      const request = { id: c.req.param("id"), change: c.req.valid("json") };
      const result = await changePreset(depsOf(c), c.var.principal, request);
      if (!result.ok) return problemResponse(result.refusal);
      return c.json({ preset: presentPreset(result.value) }, 200);
    },
  )
  .delete("/:id", sameOrigin, withCaller("manage"), limitedByUser, withPrincipal, async (c) => {
    const result = await deletePreset(depsOf(c), c.var.principal, c.req.param("id"));
    return result.ok ? c.body(null, 204) : problemResponse(result.refusal);
  });
