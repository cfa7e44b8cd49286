/** The Model Context Protocol. Its code is loaded with the first request: other routes do not pay for it. */
import { createMiddleware } from "hono/factory";
import { problemResponse } from "../../api/problem.ts";
import { MAX_MCP_BODY_BYTES } from "../../config/limits.ts";
import { settingsOf } from "../../config/settings.ts";
import { depsOf } from "../deps.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { bodyUpTo } from "../middleware/body.ts";
import { withBearer } from "../middleware/caller.ts";
import { sameOrigin } from "../middleware/origin.ts";
import { newApp } from "../routing.ts";

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

const onlyJson = createMiddleware<AppEnv>(async (c, next) => {
  if (!JSON_TYPE.test(c.req.header("content-type") ?? "")) {
    return problemResponse({ code: "unsupported_media_type", detail: "Send JSON (application/json)." });
  }
  await next();
});

const withSettings = createMiddleware<AppEnv>(async (c, next) => {
  // Wrong settings: every request fails with the setting's name, as under `/api`.
  settingsOf(c.env);
  await next();
});

export const mcp = newApp().post(
  "/",
  withSettings,
  sameOrigin,
  withBearer,
  bodyUpTo(MAX_MCP_BODY_BYTES),
  onlyJson,
  async (c) => {
    const { serveMcp } = await import("../../mcp/serve.ts");
    const response = await serveMcp(c.req.raw, { deps: depsOf(c), caller: c.var.caller });
    const headers = new Headers(response.headers);
    headers.set("cache-control", "no-store");
    return new Response(response.body, { status: response.status, headers });
  },
);
