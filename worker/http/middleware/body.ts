/** JSON bodies: size, type, syntax, shape, in this order, each with its code. */
import { zValidator } from "@hono/zod-validator";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import * as z from "zod";
import type { ProblemCode } from "../../shared/error-codes.ts";
import { MAX_BODY_BYTES } from "../../config/limits.ts";
import { settingsOf } from "../../config/settings.ts";
import { commonDatabase } from "../../db/client.ts";
import { listSchemas } from "../../db/models.ts";
import { MODELS } from "../../shared/models.ts";
import { problemResponse } from "../../api/problem.ts";
import type { AppEnv } from "./app-env.ts";

/** 413 once the body is too large, whatever Content-Length says. */
export const cappedBody = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () =>
    problemResponse({
      code: "payload_too_large",
      detail: `A request can have at most ${MAX_BODY_BYTES / 1024} KB.`,
    }),
});

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

/** 415 for a body without a JSON type; an empty body needs none. */
export const jsonType = createMiddleware<AppEnv>(async (c, next) => {
  const isJson = JSON_TYPE.test(c.req.header("content-type") ?? "");
  const isEmpty = (await c.req.arrayBuffer()).byteLength === 0;
  if (!isJson && !isEmpty) {
    return problemResponse({ code: "unsupported_media_type", detail: "Send JSON (application/json)." });
  }
  if (isJson && isEmpty) {
    // An empty body is not malformed JSON.
    const headers = new Headers(c.req.raw.headers);
    headers.delete("content-type");
    c.req.raw = new Request(c.req.raw.url, { method: c.req.method, headers });
  }
  await next();
});

type Issue = { path: PropertyKey[]; message: string };

/** The model that a request names, if the studio does not offer it. */
function unknownModel(env: Env, request: unknown): string | null {
  const parsed = named.safeParse(request);
  if (!parsed.success) return null;
  const { model } = parsed.data;
  return settingsOf(env).models.some(({ id }) => id === model) ? null : model;
}

const named = z.object({ model: z.string() });

/** Errors of `prompt` first, then of `model`, then the others. */
function problemOf(issues: readonly Issue[]): { code: ProblemCode; detail: string } {
  const about = (field: string) => issues.find((issue) => issue.path[0] === field);
  const prompt = about("prompt");
  if (prompt) return { code: "invalid_prompt", detail: prompt.message };
  if (about("model")) return { code: "invalid_model", detail: "There is no such model." };
  const issue = issues[0];
  const field = issue?.path.join(".");
  return {
    code: "invalid_request",
    detail: `${field ? `${field}: ` : ""}${issue?.message ?? "Invalid request."}`,
  };
}

/** The parsed JSON body (`{}` where there is none), as `c.req.valid("json")`. */
export function jsonBody<T extends z.ZodType>(schema: T) {
  return zValidator("json", schema, (result, c) =>
    problemOfRequest(result, unknownModel(c.env as Env, result.data) !== null),
  );
}

/** The parsed query, as `c.req.valid("query")`. Its model may be one that was offered earlier. */
export function query<T extends z.ZodType>(schema: T) {
  return zValidator("query", schema, async (result, c) => {
    const env = c.env as Env;
    const model = unknownModel(env, result.data);
    return problemOfRequest(result, model !== null && !(await wasOffered(env, model)));
  });
}

async function wasOffered(env: Env, model: string): Promise<boolean> {
  if (MODELS.some(({ id }) => id === model)) return true;
  const stored = await listSchemas(commonDatabase(env), settingsOf(env).skytells.url);
  return stored.some(({ slug }) => slug === model);
}

type Parsed = { success: true } | { success: false; error: { issues: readonly Issue[] } };

function problemOfRequest(result: Parsed, isModelUnknown: boolean): Response | undefined {
  const issues = result.success ? [] : [...result.error.issues];
  if (isModelUnknown) issues.push({ path: ["model"], message: "is not offered" });
  return issues.length > 0 ? problemResponse(problemOf(issues)) : undefined;
}
