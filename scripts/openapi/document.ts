/** The OpenAPI 3.1 document, made from the schemas with which the Worker validates. */
import * as z from "zod";
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathItemObject,
  type ZodOpenApiResponsesObject,
} from "zod-openapi";
import { generateBody, promptOfAnyModel } from "../../worker/api/schemas/requests/generation.ts";
import { generation } from "../../worker/api/schemas/generation.ts";
import { name } from "../../worker/api/schemas/requests/name.ts";
import { problem } from "../../worker/api/schemas/problem.ts";
import { testEvent, webhookEvent } from "../../worker/api/schemas/webhook-event.ts";
import { PROBLEM_STATUS, type ProblemCode } from "../../worker/shared/error-codes.ts";
import { MAX_NAME_LENGTH } from "../../worker/shared/names.ts";
import { MAX_PROMPT_LENGTH_OF_ANY_MODEL } from "../../worker/shared/prompt.ts";
import { TEST_EVENT, WEBHOOK_EVENTS } from "../../worker/shared/webhooks.ts";
import { ROUTES } from "./routes/index.ts";
import { type Access, type ApiRoute, TAGS } from "./routes/route.ts";

export type Document = ReturnType<typeof createDocument>;

// Rules in a transform are not part of a JSON Schema.
z.globalRegistry.add(promptOfAnyModel, {
  minLength: 1,
  maxLength: MAX_PROMPT_LENGTH_OF_ANY_MODEL,
  description: "In code points. A model may allow less: its maxPromptLength, else 500.",
});
z.globalRegistry.add(name, { minLength: 1, maxLength: MAX_NAME_LENGTH });
z.globalRegistry.add(generation, { id: "Generation" });
z.globalRegistry.add(generateBody, { id: "GenerateRequest" });
z.globalRegistry.add(problem, { id: "Problem" });

const ERRORS_OF_CALLER = [
  "unauthenticated",
  "forbidden_origin",
  "insufficient_scope",
  "suspended",
  "rate_limited",
  "storage_unavailable",
] as const;
const ERRORS_OF_ACCESS: Record<Access, readonly ProblemCode[]> = {
  everyone: [],
  read: ERRORS_OF_CALLER,
  generate: ERRORS_OF_CALLER,
  manage: ERRORS_OF_CALLER,
  session: ERRORS_OF_CALLER,
  admin: ["unauthenticated", "forbidden_origin", "not_found", "rate_limited", "storage_unavailable"],
};
const ERRORS_OF_BODY = ["invalid_request", "payload_too_large", "unsupported_media_type"] as const;

const SECURITY: Record<Access, Record<string, string[]>[]> = {
  everyone: [],
  read: [{ apiKey: [] }, { session: [] }],
  generate: [{ apiKey: [] }, { session: [] }],
  manage: [{ apiKey: [] }, { session: [] }],
  session: [{ session: [] }],
  admin: [{ adminToken: [] }, { session: [] }],
};

/** `version`: of the project. */
export function openApiDocument(version: string): Document {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of ROUTES) (paths[pathOf(route)] ??= {})[route.method] = operationOf(route);
  return createDocument(
    {
      openapi: "3.1.0",
      info: { title: "Image studio", version, description: "Create images and work with them." },
      servers: [{ url: "/" }],
      tags: Object.entries(TAGS).map(([tag, description]) => ({ name: tag, description })),
      components: {
        securitySchemes: {
          apiKey: { type: "http", scheme: "bearer", description: "An API key from the account page." },
          session: { type: "apiKey", in: "cookie", name: "session" },
          adminToken: { type: "http", scheme: "bearer", description: "The setting ADMIN_TOKEN." },
        },
      },
      paths,
      webhooks: Object.fromEntries([
        ...WEBHOOK_EVENTS.map((type) => [type, webhookOf(webhookEvent.extend({ type: z.literal(type) }))]),
        [TEST_EVENT, webhookOf(testEvent)],
      ]),
    },
    {
      // A client must accept fields that a later version adds.
      override: ({ jsonSchema, io }) => {
        if (io === "output") delete jsonSchema.additionalProperties;
      },
    },
  );
}

/** A request to a user's endpoint, signed as Standard Webhooks specifies. */
function webhookOf(schema: z.ZodType): ZodOpenApiPathItemObject {
  return {
    post: {
      security: [],
      requestParams: {
        header: z.object({
          /** The same in every attempt. */
          "webhook-id": z.string(),
          "webhook-timestamp": z.string().regex(/^\d+$/),
          "webhook-signature": z.string(),
        }),
      },
      requestBody: { required: true, content: { "application/json": { schema } } },
      responses: {
        "2XX": { description: "Accepted. Anything else is repeated; 410 disables the endpoint." },
      },
    },
  };
}

/** `/api/presets/:id` becomes `/api/presets/{id}`. */
export function pathOf({ path }: Pick<ApiRoute, "path">): string {
  return path.replace(/:(\w+)/g, "{$1}");
}

function operationOf(route: ApiRoute): ZodOpenApiOperationObject {
  const { method, path, tag, summary, description, access, query, body, bodyTypes, success } = route;
  const names = [...path.matchAll(/:(\w+)/g)].map((match) => match[1] as string);
  const header = z.object({
    "Idempotency-Key": z
      .string()
      .regex(/^[\x20-\x7e]{1,128}$/)
      .optional(),
  });
  return {
    operationId: operationIdOf(route),
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(["read", "generate", "manage"].includes(access) && { "x-scope": access }),
    security: SECURITY[access],
    requestParams: {
      ...(names.length > 0 && { path: z.object(Object.fromEntries(names.map((one) => [one, z.string()]))) }),
      ...(query && { query }),
      ...(route.isIdempotencyKeyUsed && { header }),
    },
    ...(body && {
      requestBody: {
        required: method !== "post" || !body.safeParse({}).success,
        content: { "application/json": { schema: body } },
      },
    }),
    ...(bodyTypes && {
      requestBody: {
        required: true,
        content: Object.fromEntries(
          bodyTypes.map((type) => [type, { schema: { type: "string" as const, format: "binary" } }]),
        ),
      },
    }),
    responses: { ...successOf(success), ...problemsOf(route) },
  };
}

/** `POST /api/presets/:id` becomes `postPresetsById`. */
function operationIdOf({ method, path }: ApiRoute): string {
  const words =
    path
      .replace(/^\/api/, "")
      .replace(/:(\w+)/g, "by-$1")
      .match(/[a-z]+/gi) ?? [];
  return method + words.map((word) => word.replace(/^./, (first) => first.toUpperCase())).join("");
}

function successOf({ status, description, schema, type }: ApiRoute["success"]): ZodOpenApiResponsesObject {
  const content = schema
    ? { "application/json": { schema } }
    : type === undefined
      ? undefined
      : { [type]: {} };
  return { [status]: { description, ...(content && { content }) } };
}

/** The codes of a route's errors, in the order of the table of codes. */
export function errorsOf({ access, query, body, errors = [] }: ApiRoute): ProblemCode[] {
  const possible = new Set<ProblemCode>([
    ...ERRORS_OF_ACCESS[access],
    ...(body ? ERRORS_OF_BODY : query ? (["invalid_request"] as const) : []),
    ...errors,
    "internal",
  ]);
  return (Object.keys(PROBLEM_STATUS) as ProblemCode[]).filter((code) => possible.has(code));
}

/** One response for each status, which names its codes. */
function problemsOf(route: ApiRoute): ZodOpenApiResponsesObject {
  const byStatus = Map.groupBy(errorsOf(route), (code) => PROBLEM_STATUS[code]);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      { description: codes.join(", "), content: { "application/problem+json": { schema: problem } } },
    ]),
  );
}
