import { Hono } from "hono";
import { presentGeneration } from "../../api/generation.ts";
import { problemResponse } from "../../api/problem.ts";
import { cancelGeneration } from "../../use-cases/cancel.ts";
import { getGeneration } from "../../use-cases/get.ts";
import { depsOf } from "../deps.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { sameOrigin } from "../middleware/origin.ts";
import { withCaller } from "../middleware/caller.ts";

export const predictions = new Hono<AppEnv>()
  .get("/:id", sameOrigin, withCaller("read"), async (c) => {
    const deps = depsOf(c);
    const result = await getGeneration(deps, c.var.caller, c.req.param("id"));
    if (!result.ok) return problemResponse(result.refusal);
    return c.json({ generation: presentGeneration(result.value, deps.origin) }, 200);
  })
  .post("/:id/cancel", sameOrigin, withCaller("generate"), async (c) => {
    const deps = depsOf(c);
    const result = await cancelGeneration(deps, c.var.caller, c.req.param("id"));
    if (!result.ok) return problemResponse(result.refusal);
    return c.json({ generation: presentGeneration(result.value, deps.origin) }, 200);
  });
