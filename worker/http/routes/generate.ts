import { Hono } from "hono";
import { generateBody, idempotencyKey } from "../../api/schemas.ts";
import { presentGeneration } from "../../api/generation.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { cappedBody, jsonBody, jsonType } from "../middleware/body.ts";
import { originOf, sameOrigin } from "../middleware/origin.ts";
import { signedIn } from "../middleware/session.ts";
import { problemResponse } from "../../api/problem.ts";
import { callStudio, studioOf } from "../../studio/client.ts";

export const generate = new Hono<AppEnv>().post(
  "/",
  sameOrigin,
  signedIn,
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
    const { userId, epoch } = c.var.session;
    const origin = originOf(c);
    const command = {
      claim: { userId, epoch },
      body: c.req.valid("json"),
      idempotencyKey: key.data ?? null,
      origin,
    };
    // Only under a key is a second call the same request.
    const result =
      key.data === undefined
        ? await studioOf(c.env, userId).generate(command)
        : await callStudio(c.env, userId, (studio) => studio.generate(command));
    if (!result.ok) return problemResponse(result.refusal);
    return c.json({ generation: presentGeneration(result.value, origin) }, 202);
  },
);
