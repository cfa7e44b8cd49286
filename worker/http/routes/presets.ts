import { Hono } from "hono";
import { presentPreset } from "../../api/preset.ts";
import { problemResponse } from "../../api/problem.ts";
import { presetBody, presetChange } from "../../api/schemas/preset.ts";
import { changePreset, createPreset, deletePreset, listPresets } from "../../use-cases/presets.ts";
import { depsOf } from "../deps.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { cappedBody, jsonBody, jsonType } from "../middleware/body.ts";
import { sameOrigin } from "../middleware/origin.ts";
import { limitedByUser } from "../middleware/rate-limit.ts";
import { withPrincipal, withSessionToken } from "../middleware/session.ts";

export const presets = new Hono<AppEnv>()
  .get("/", sameOrigin, withSessionToken, limitedByUser, async (c) => {
    const result = await listPresets(depsOf(c), c.var.session);
    if (!result.ok) return problemResponse(result.refusal);
    return c.json({ presets: result.value.map(presentPreset) }, 200);
  })
  .post(
    "/",
    sameOrigin,
    withSessionToken,
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
    withSessionToken,
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
  .delete("/:id", sameOrigin, withSessionToken, limitedByUser, withPrincipal, async (c) => {
    const result = await deletePreset(depsOf(c), c.var.principal, c.req.param("id"));
    return result.ok ? c.body(null, 204) : problemResponse(result.refusal);
  });
