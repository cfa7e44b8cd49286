import { presentGeneration } from "../../api/generation.ts";
import { problemResponse } from "../../api/problem.ts";
import { generateBody, idempotencyKey } from "../../api/schemas/requests/generation.ts";
import { generate as generateImage } from "../../use-cases/generate.ts";
import { defaultModel, settingsOf } from "../../config/settings.ts";
import { depsOf } from "../deps.ts";
import { cappedBody, jsonBody, jsonType } from "../middleware/body.ts";
import { sameOrigin } from "../middleware/origin.ts";
import { withCaller } from "../middleware/caller.ts";
import { newApp } from "../routing.ts";

export const generate = newApp().post(
  "/",
  sameOrigin,
  withCaller("generate"),
  cappedBody,
  jsonType,
  jsonBody(generateBody),
  async (c) => {
    const key = idempotencyKey.optional().safeParse(c.req.header("idempotency-key"));
    if (!key.success) {
      return problemResponse({
        code: "invalid_request",
        detail: "Idempotency-Key: 1 to 128 printable ASCII characters.",
      });
    }
    const deps = depsOf(c);
    const { model = defaultModel(settingsOf(c.env)).id, ...options } = c.req.valid("json");
    const request = { body: { ...options, model }, idempotencyKey: key.data ?? null };
    const result = await generateImage(deps, c.var.caller, request);
    if (!result.ok) return problemResponse(result.refusal);
    return c.json({ generation: presentGeneration(result.value, deps.origin) }, 202);
  },
);
