/** The page `/developers`: static HTML, without a script, from the same routes and schemas as the OpenAPI document. */
import * as z from "zod";
import { generation } from "../../worker/api/schemas/generation.ts";
import { webhookEvent } from "../../worker/api/schemas/webhook-event.ts";
import { SCOPES } from "../../worker/shared/api-keys.ts";
import { PROBLEM_STATUS, type ProblemCode } from "../../worker/shared/error-codes.ts";
import { TEST_EVENT, WEBHOOK_EVENTS } from "../../worker/shared/webhooks.ts";
import { errorsOf, pathOf } from "./document.ts";
import { EXAMPLES, LANGUAGES, WEBHOOK_EXAMPLES } from "./examples.ts";
import { ROUTES } from "./routes/index.ts";
import { type Access, type ApiRoute, TAGS } from "./routes/route.ts";

const ACCESS: Record<Access, string> = {
  everyone: "no credential",
  read: "scope read",
  generate: "scope generate",
  manage: "scope manage",
  session: "session only",
  admin: "operator's token or session",
};

const SCOPE_MEANINGS: Record<(typeof SCOPES)[number], string> = {
  read: "see images, lists and events",
  generate: "create and cancel images",
  manage: "change, share and delete images",
};

const ERROR_MEANINGS: Record<ProblemCode, string> = {
  invalid_request: "The request is malformed; detail says where.",
  invalid_prompt: "The prompt is empty, too long, or not text.",
  invalid_model: "The studio does not offer this model.",
  unauthenticated: "There is no credential, or it is not valid.",
  invalid_signature: "The webhook is not signed by Skytells.",
  forbidden_origin: "The request came from a page of another site.",
  insufficient_scope: "The API key does not have the scope, or only a session can do this.",
  suspended: "The account is suspended.",
  not_found: "It does not exist, or belongs to another user.",
  method_not_allowed: "The address does not support this method.",
  already_finished: "The generation has already ended.",
  not_ready: "The image is not ready yet, or the webhook endpoint is disabled.",
  maximum_reached: "There are as many as a user can have.",
  idempotency_in_progress: "The first request with this key is still running. Repeat it after Retry-After.",
  payload_too_large: "The body is too large.",
  unsupported_media_type: "The body does not have an accepted type.",
  invalid_image: "The file is no image, not complete, or too large in pixels.",
  content_policy: "The prompt is not allowed. It cost nothing.",
  idempotency_mismatch: "The same Idempotency-Key was used with another body.",
  model_unavailable: "Skytells does not offer this model now.",
  upstream_rejected: "Skytells rejected the request. It cost nothing.",
  limit_reached: "All slots of the plan are in use. Wait until a generation ends.",
  rate_limited: "Too many requests. Wait as Retry-After says.",
  quota_exceeded: "The plan's images of today are used up, until resetsAt.",
  internal: "A fault in the studio.",
  upstream_error: "Skytells answered unclearly. Follow the generation named in pending.",
  upstream_unavailable: "Skytells accepts nothing now. Nothing was created.",
  storage_unavailable: "The studio's storage is down. Repeat the request with the same Idempotency-Key.",
  budget_exhausted: "The studio has used its images of today, or is paused.",
  upstream_timeout: "Skytells did not answer in time. Follow the generation named in pending.",
};

const escape = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const code = (text: string) => `<code>${escape(text)}</code>`;

/** `style`: the address of the stylesheet. */
export function referencePage(style: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="How programs use this image studio.">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${style}">
<title>Developers · Image Studio</title>
</head>
<body>
<header><a href="/"><img src="/favicon.svg" width="24" height="24" alt="">Image Studio</a></header>
<main>
<h1>Developers</h1>
<p>Everything the studio does in the browser, a program can do with an API key. The same limits apply.
<a href="/openapi.json">openapi.json</a> describes the API for tools.</p>
${navigation()}
${firstRequest()}
${credentials()}
${mcp()}
${errorTable()}
${receiveWebhooks()}
${section("Generation", `<p>What the routes about an image return. Times are ISO 8601 in UTC.</p>${fieldTable("Fields", generation, "output")}`)}
${Object.keys(TAGS)
  .map((tag) => tagSection(tag as ApiRoute["tag"]))
  .join("\n")}
</main>
</body>
</html>
`;
}

function navigation(): string {
  const sections = [
    "First request",
    "Credentials",
    "MCP",
    "Errors",
    "Receive webhooks",
    "Generation",
    ...Object.keys(TAGS),
  ];
  const links = sections.map((title) => `<li><a href="#${idOf(title)}">${escape(title)}</a></li>`);
  return `<nav aria-label="Sections"><ul>${links.join("")}</ul></nav>`;
}

const idOf = (title: string) => title.toLowerCase().replaceAll(/[^a-z]+/g, "-");
const section = (title: string, content: string) =>
  `<section aria-labelledby="${idOf(title)}"><h2 id="${idOf(title)}">${escape(title)}</h2>\n${content}\n</section>`;

/** `group`: only one example of it is open. */
function codeExamples(group: string, examples: Partial<Record<keyof typeof LANGUAGES, string>>): string {
  return Object.entries(examples)
    .map(
      ([language, text], index) =>
        `<details name="${group}"${index === 0 ? " open" : ""}><summary>${LANGUAGES[language as keyof typeof LANGUAGES]}</summary><pre tabindex="0"><code>${escape(text)}</code></pre></details>`,
    )
    .join("\n");
}

function receiveWebhooks(): string {
  const types = [...WEBHOOK_EVENTS, TEST_EVENT].map(code).join(", ");
  return section(
    "Receive webhooks",
    `<p>Instead of asking again and again, let the studio call your server. Add its address on
<a href="/account">your account page</a> or with ${code("POST /api/webhook-endpoints")}, and keep the secret. Events are ${types}.</p>
<p>Requests are signed as <a href="https://www.standardwebhooks.com">Standard Webhooks</a> specifies. Verify the raw body, and use
${code("webhook-id")} to recognize a repeated event:</p>
${codeExamples("webhook", WEBHOOK_EXAMPLES)}
${fieldTable("Event", webhookEvent, "output")}
<p>Respond with 2xx within 10 seconds. Everything else is repeated, up to ten times in three days; 410 disables the endpoint. For 24
hours after a rotation, two signatures are sent.</p>`,
  );
}

function firstRequest(): string {
  return section(
    "First request",
    `<p>Create a key with the scopes ${code("read")} and ${code("generate")} on <a href="/account">your account page</a>. Set ${code("STUDIO")} to this
studio's address and ${code("KEY")} to the key.</p>\n${codeExamples("example", EXAMPLES)}`,
  );
}

function credentials(): string {
  const scopes = SCOPES.map((scope) => `<dt>${code(scope)}</dt><dd>${SCOPE_MEANINGS[scope]}</dd>`);
  return section(
    "Credentials",
    `<p>Send ${code("Authorization: Bearer sk_studio_…")}. The header counts alone: a wrong key is refused, whatever the cookie is. A key
has scopes:</p>
<dl>${scopes.join("")}</dl>
<p>Keep keys on servers. Revoke one on the account page as soon as it may have leaked.</p>`,
  );
}

function mcp(): string {
  return section(
    "MCP",
    `<p>Assistants use the studio through the Model Context Protocol at ${code("/mcp")} (Streamable HTTP, the versions of 2025 and 2026).
Give the client this address and the header ${code("Authorization: Bearer sk_studio_…")} with a key that has the scopes ${code("read")} and ${code("generate")}.
A client that speaks OAuth needs the address only: it asks you to allow it, and your account page lists it.</p>
<dl><dt>${code("generate_image")}</dt><dd>Creates an image and returns a thumbnail and a link. Takes the body of ${code("POST /api/generate")}. Needs ${code("generate")}.</dd>
<dt>${code("cancel_generation")}</dt><dd>Cancels an image that is not done. Needs ${code("generate")}.</dd>
<dt>${code("get_image")}, ${code("list_images")}, ${code("list_models")}</dt><dd>Read the state of an image, the gallery, and the models. Need ${code("read")}.</dd></dl>
<p>A refusal is a result with ${code("isError")} and a code of the table below.</p>`,
  );
}

function errorTable(): string {
  const rows = Object.entries(ERROR_MEANINGS).map(
    ([name, meaning]) =>
      `<tr><td>${PROBLEM_STATUS[name as ProblemCode]}</td><td>${code(name)}</td><td>${escape(meaning)}</td></tr>`,
  );
  return section(
    "Errors",
    `<p>An error is ${code("application/problem+json")} with ${code("code")} and ${code("detail")}, a sentence for people. With
${code("Retry-After")} the same request can succeed later.</p>
<div class="wide" tabindex="0" role="group" aria-label="Errors"><table><thead><tr><th>Status</th><th>Code</th><th>Meaning</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`,
  );
}

function tagSection(tag: ApiRoute["tag"]): string {
  const routes = ROUTES.filter((route) => route.tag === tag);
  return section(tag, `<p>${escape(TAGS[tag])}</p>\n${routes.map(routeArticle).join("\n")}`);
}

function routeArticle(route: ApiRoute): string {
  const { method, summary, description, access, query, body, success } = route;
  const facts = [
    query && fieldTable("Query", query),
    body && fieldTable("Body (JSON)", body),
    `<p class="facts">${success.status}: ${escape(success.description)}</p>`,
    success.schema && fieldTable("Response (JSON)", success.schema, "output"),
    `<p class="facts">Errors: ${errorsOf(route).map(code).join(", ")}</p>`,
  ];
  return `<article>
<h3>${escape(summary)}</h3>
<p class="address"><strong>${method.toUpperCase()}</strong> ${code(pathOf(route))} <span>${ACCESS[access]}</span></p>
${description === undefined ? "" : `<p>${escape(description)}</p>`}
${facts.filter(Boolean).join("\n")}
</article>`;
}

type JsonSchema = {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  enum?: unknown[];
  const?: unknown;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  format?: string;
};

/** The name in a reference: schemas with an id are referred to. */
const nameIn = ($ref: string) => $ref.slice($ref.lastIndexOf("/") + 1);

function jsonSchemaOf(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const json = z.toJSONSchema(schema, { io, reused: "inline" }) as JsonSchema;
  return json.$ref === undefined ? json : (json.$defs?.[nameIn(json.$ref)] ?? json);
}

function fieldTable(title: string, schema: z.ZodType, io: "input" | "output" = "input"): string {
  const { properties = {}, required = [] } = jsonSchemaOf(schema, io);
  const rows = Object.entries(properties).map(([name, field]) => {
    const isOptional = !required.includes(name);
    return `<tr><td>${code(name)}${isOptional ? " <small>optional</small>" : ""}</td><td>${typeOf(field)}</td></tr>`;
  });
  if (rows.length === 0) return "";
  return `<details><summary>${title}</summary><div class="wide" tabindex="0" role="group" aria-label="${title}"><table><tbody>${rows.join("")}</tbody></table></div></details>`;
}

function typeOf({ $ref, type, items, properties, format, ...schema }: JsonSchema): string {
  if ($ref !== undefined) return `<a href="#${idOf(nameIn($ref))}">${code(nameIn($ref))}</a>`;
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum) return schema.enum.map((one) => code(JSON.stringify(one))).join(" | ");
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return [...new Set(options.map(typeOf))].join(" | ");
  if (items) return `array of ${typeOf(items)}`;
  if (properties) {
    const fields = Object.entries(properties).map(([name, field]) => `${code(name)}: ${typeOf(field)}`);
    return `{ ${fields.join(", ")} }`;
  }
  return escape(`${[type].flat().join(" or ") || "any"}${format === undefined ? "" : ` (${format})`}`);
}
