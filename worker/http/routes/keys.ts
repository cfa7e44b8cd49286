/** API keys. Only a session can list, create and revoke them. */
import { presentApiKey } from "../../api/api-key.ts";
import { problemResponse } from "../../api/problem.ts";
import { apiKeyBody } from "../../api/schemas/requests/api-key.ts";
import { createApiKey, listApiKeys, revokeAllApiKeys, revokeApiKey } from "../../use-cases/api-keys.ts";
import { depsOf } from "../deps.ts";
import { cappedBody, jsonBody, jsonType } from "../middleware/body.ts";
import { withPrincipal, withSession } from "../middleware/caller.ts";
import { sameOrigin } from "../middleware/origin.ts";
import { limitedByUser } from "../middleware/rate-limit.ts";
import { newApp } from "../routing.ts";

export const keys = newApp()
  .get("/", sameOrigin, withSession, limitedByUser, async (c) => {
    const result = await listApiKeys(depsOf(c), c.var.caller);
    if (!result.ok) return problemResponse(result.refusal);
    return c.json({ keys: result.value.map(presentApiKey) }, 200);
  })
  .post(
    "/",
    sameOrigin,
    withSession,
    cappedBody,
    jsonType,
    jsonBody(apiKeyBody),
    limitedByUser,
    withPrincipal,
    async (c) => {
      const result = await createApiKey(depsOf(c), c.var.principal, c.req.valid("json"));
      if (!result.ok) return problemResponse(result.refusal);
      const { key, secret } = result.value;
      return c.json({ key: presentApiKey(key), secret }, 201);
    },
  )
  .delete("/:id", sameOrigin, withSession, limitedByUser, withPrincipal, async (c) => {
    const result = await revokeApiKey(depsOf(c), c.var.principal, c.req.param("id"));
    return result.ok ? c.body(null, 204) : problemResponse(result.refusal);
  })
  .delete("/", sameOrigin, withSession, limitedByUser, withPrincipal, async (c) => {
    await revokeAllApiKeys(depsOf(c), c.var.principal);
    return c.body(null, 204);
  });
