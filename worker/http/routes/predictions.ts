import { presentGeneration } from "../../api/generation.ts";
import { problemResponse } from "../../api/problem.ts";
import { cancelGeneration } from "../../use-cases/cancel.ts";
import { getGeneration } from "../../use-cases/get.ts";
import { depsOf } from "../deps.ts";
import { sameOrigin } from "../middleware/origin.ts";
import { withCaller } from "../middleware/caller.ts";
import { newApp } from "../routing.ts";

export const predictions = newApp()
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
