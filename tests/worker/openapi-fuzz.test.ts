/**
 * Random requests to every route, made from the OpenAPI document: valid, nearly valid and wrong ones, with every kind of
 * credential. Each response is one that the document names. TEST_ALL sends 20,000.
 */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, it } from "vitest";
import { openApiDocument } from "../../scripts/openapi/document.ts";
import { app } from "../../worker/app.ts";
import { PROBLEM_STATUS } from "../../worker/shared/error-codes.ts";
import { SCOPES } from "../../worker/shared/api-keys.ts";
import type { Problem } from "../../worker/api/schemas/problem.ts";
import { createKey, generate, newPrompt, newUser, ORIGIN, reaches } from "./support/app.ts";
import { png } from "./support/image-files.ts";
import { faultyValue, type Schema, validValue } from "./support/schema-values.ts";

/** A request may end an account or its sessions: each group has new users. */
const GROUP = 250;
const GROUPS = env.TEST_ALL ? 80 : 2;

const ADMIN_TOKEN = "the-admin-token-of-these-tests";

function call(path: string, init: RequestInit): Promise<Response> | Response {
  const request = new Request(new URL(path, ORIGIN), { redirect: "manual", ...init });
  return app.fetch(request, { ...env, ADMIN_TOKEN }, createExecutionContext());
}

type Parameter = { name: string; in: "path" | "query" | "header"; schema: Schema };
type Operation = {
  method: string;
  path: string;
  parameters: Parameter[];
  contents: Record<string, { schema: Schema }>;
  responses: Record<string, unknown>;
};

const document = openApiDocument("1") as unknown as {
  paths: Record<string, Record<string, Record<string, unknown>>>;
  components: { schemas: Record<string, Schema> };
};
const { schemas } = document.components;
const operations: Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    method: method.toUpperCase(),
    path,
    parameters: (operation["parameters"] ?? []) as Parameter[],
    contents: ((operation["requestBody"] as { content?: object })?.content ?? {}) as Operation["contents"],
    responses: operation["responses"] as Record<string, unknown>,
  })),
);

/** They would make every later request of the group the same 401. */
const ENDS_SESSIONS = ["/api/account", "/api/auth/logout-everywhere", "/api/auth/logout"];

const PAUSE = "/api/admin/pause";

const anyText = fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.toWellFormed());
const wrongOrigin = fc.constantFrom("https://evil.example", "null", "http://localhost:9.evil.example");

type Credentials = Record<string, string>[];

function request(operation: Operation, ids: string[], credentials: Credentials): fc.Arbitrary<Request> {
  const id = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...ids) }, fc.uuid(), anyText);
  const valueOf = ({ in: place, schema }: Parameter) =>
    place === "path"
      ? fc.oneof(id, fc.constantFrom("0", "1", "-1"))
      : fc.oneof({ weight: 3, arbitrary: validValue(schema, schemas) }, anyText, id);
  const parameters = fc.tuple(
    ...operation.parameters.map((parameter) =>
      fc.tuple(valueOf(parameter), fc.boolean()).map(([value, isSent]) => ({
        ...parameter,
        value: String(value),
        isSent: isSent || parameter.in === "path",
      })),
    ),
  );
  return fc
    .tuple(
      parameters,
      bodyOf(operation),
      fc.constantFrom(...credentials),
      fc.oneof({ weight: 19, arbitrary: fc.constant(undefined) }, wrongOrigin),
    )
    .map(([values, body, credential, origin]) => {
      let path = operation.path;
      const query = new URLSearchParams();
      const headers: Record<string, string> = { ...credential, ...body.headers };
      for (const { in: place, name, value, isSent } of values) {
        if (!isSent) continue;
        if (place === "path")
          path = path.replace(`{${name}}`, encodeURIComponent(value.toWellFormed()) || "x");
        else if (place === "query") query.append(name, value.toWellFormed());
        else if (/^[\x20-\x7e]*$/.test(value)) headers[name] = value;
      }
      if (origin !== undefined) headers["origin"] = origin;
      const search = query.size > 0 ? `?${query.toString()}` : "";
      return { operation, path: path + search, headers, body: body.content };
    });
}

type Request = { operation: Operation; path: string; headers: Record<string, string>; body: BodyInit | null };
type Body = { headers: Record<string, string>; content: string | Uint8Array<ArrayBuffer> | null };

const WRONG_TYPES = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"];

function bodyOf({ method, contents }: Operation): fc.Arbitrary<Body> {
  const none: Body = { headers: {}, content: null };
  const { "application/json": json, ...files } = contents;
  const [file] = Object.keys(files);
  if (method === "GET" || (!json && file === undefined)) return fc.constant(none);
  const bytes = fc.oneof(fc.constant(png(8, 8)), fc.uint8Array({ maxLength: 300 }));
  const content: fc.Arbitrary<Body["content"]> = json
    ? fc.oneof(
        {
          weight: 3,
          arbitrary: fc
            .oneof(validValue(json.schema, schemas), faultyValue(json.schema, schemas))
            .map((value) => JSON.stringify(value)),
        },
        anyText,
        fc.constantFrom("{", '{"a":1,"a":2}', "[".repeat(5_000)),
      )
    : bytes.map((array) => new Uint8Array(array));
  const type = fc.oneof(
    { weight: 9, arbitrary: fc.constant(json ? "application/json" : (file ?? "")) },
    fc.constantFrom(...WRONG_TYPES),
  );
  return fc
    .tuple(content, type, fc.nat(19))
    .map(([sent, contentType, chance]) =>
      chance === 0 || sent === null ? none : { headers: { "content-type": contentType }, content: sent },
    );
}

/** What is wrong with a response: not in the document, or an error that is no problem of the closed list. */
async function faultOf({ operation, path }: Request, response: Response): Promise<string | null> {
  const { status } = response;
  response.webSocket?.accept();
  response.webSocket?.close();
  const text = await response.text();
  const fault = `${operation.method} ${operation.path}: ${status} ${text.slice(0, 120)}`;
  if (status >= 500 || !Object.hasOwn(operation.responses, String(status))) return fault;
  // The pages of shared images are for people.
  if (status < 400 || (path.startsWith("/s/") && text.startsWith("<!doctype html>"))) return null;
  const code = (JSON.parse(text) as Partial<Problem>).code;
  return code !== undefined && PROBLEM_STATUS[code] === status ? null : fault;
}

it.each(Array.from({ length: GROUPS }, (_, group) => group))(
  "random requests get a documented response (group %i)",
  { timeout: 300_000 },
  async (group) => {
    const [user, other] = await Promise.all([newUser("pro"), newUser()]);
    const [image, theirs] = await Promise.all([
      generate(user, newPrompt("terminal")),
      generate(other, newPrompt("terminal")),
    ]);
    await reaches(user, image.id, "succeeded");
    const keys = await Promise.all(SCOPES.map((scope) => createKey(user, { scopes: [scope] })));
    const all = await createKey(user);
    const collection = await (await user.post("/api/collections", { name: "A" })).json<{
      collection: { id: string };
    }>();
    const preset = await (await user.post("/api/presets", { name: "A" })).json<{ preset: { id: string } }>();
    const ids = [image.id, theirs.id, collection.collection.id, preset.preset.id, all.key.id];
    const byKey = ({ secret }: { secret: string }) => ({ authorization: `Bearer ${secret}` });
    const credentials: Credentials = [
      ...Array.from({ length: 4 }, () => ({ cookie: user.cookie })),
      ...Array.from({ length: 4 }, () => byKey(all)),
      ...keys.map(byKey),
      {},
      { ...byKey(all), cookie: other.cookie },
      { authorization: `Bearer ${all.secret.slice(0, -1)}`, cookie: user.cookie },
      { authorization: "Basic dXNlcjpwYXNz" },
      { authorization: `Bearer ${ADMIN_TOKEN}` },
      { authorization: `Bearer ${ADMIN_TOKEN}` },
    ];
    const chosen = fc
      .tuple(fc.constantFrom(...operations), fc.nat(49))
      .filter(
        ([{ method, path }, chance]) => chance === 0 || !(ENDS_SESSIONS.includes(path) && method !== "GET"),
      )
      .chain(([operation]) => request(operation, ids, credentials));
    const seed = Math.floor(Math.random() * 2 ** 31);
    const faults = new Set<string>();
    // Each group has a network of its own, so that no rate limit ends it.
    const network = { "cf-connecting-ip": `2001:db8:${group}::1` };
    for (const one of fc.sample(chosen, { numRuns: GROUP, seed })) {
      const { operation, path, body } = one;
      const headers = { ...one.headers, ...network };
      const fault = await faultOf(one, await call(path, { method: operation.method, headers, body }));
      // Or every other test of this workerd would find the studio paused.
      if (operation.path === PAUSE) await env.DB.prepare("delete from studio_state").run();
      if (fault !== null) faults.add(fault);
    }
    expect([...faults], `seed ${seed}`).toEqual([]);
  },
);
