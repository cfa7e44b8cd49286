/** JSON bodies: size, type, syntax, shape, in this order, each with its code. */
import { zValidator } from "@hono/zod-validator";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import * as z from "zod";
import { refusalOfIssues, UNKNOWN_MODEL } from "../../api/invalid-request.ts";
import { problemResponse } from "../../api/problem.ts";
import { MAX_BODY_BYTES } from "../../config/limits.ts";
import { isOffered, wasOffered } from "../../use-cases/models.ts";
import type { AppEnv } from "./app-env.ts";

/** 413 once the body is larger, whatever Content-Length says. */
export const bodyUpTo = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: () =>
      problemResponse({
        code: "payload_too_large",
        detail: `A request can have at most ${maxSize / 1024} KB.`,
      }),
  });

export const cappedBody = bodyUpTo(MAX_BODY_BYTES);

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

/** The model that a request names, if the studio does not offer it. */
function unknownModel(env: Env, request: unknown): string | null {
  const parsed = named.safeParse(request);
  if (!parsed.success) return null;
  const { model } = parsed.data;
  return isOffered(env, model) ? null : model;
}

const named = z.object({ model: z.string() });

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

type Parsed =
  | { success: true }
  | { success: false; error: { issues: Parameters<typeof refusalOfIssues>[0] } };

function problemOfRequest(result: Parsed, isModelUnknown: boolean): Response | undefined {
  const issues = result.success ? [] : [...result.error.issues];
  if (isModelUnknown) issues.push(UNKNOWN_MODEL);
  return issues.length > 0 ? problemResponse(refusalOfIssues(issues)) : undefined;
}
