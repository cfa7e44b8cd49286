/** Requests to `/mcp` that are wrong, hostile, or of a browser. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { app } from "../../worker/app.ts";
import { call, createKey, expectProblem, newUser, ORIGIN } from "./support/app.ts";
import { MODERN, post } from "./support/mcp.ts";

const LIST = { jsonrpc: "2.0", id: 1, method: "tools/list" };

describe("a request", () => {
  it("needs a key: a session's cookie is not accepted", async () => {
    const user = await newUser();
    for (const headers of [{}, { cookie: user.cookie }]) {
      const response = await call("/mcp", {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(LIST),
      });
      expect(response.headers.get("www-authenticate")).toMatch(/^Bearer /);
      await expectProblem(response, "unauthenticated");
    }
    await expectProblem(await post("sk_studio_wrong", LIST), "unauthenticated");
  });

  it("must not come from a page of another site", async () => {
    const { secret } = await createKey(await newUser());
    await expectProblem(await post(secret, LIST, { origin: "https://other.example" }), "forbidden_origin");
    await expectProblem(await post(secret, LIST, { "sec-fetch-site": "cross-site" }), "forbidden_origin");
    expect((await post(secret, LIST, { origin: ORIGIN })).status).toBe(200);
  });

  it("must be JSON of limited size, sent by POST", async () => {
    const { secret } = await createKey(await newUser());
    await expectProblem(await post(secret, LIST, { "content-type": "text/plain" }), "unsupported_media_type");
    await expectProblem(
      await post(secret, LIST, { "content-type": "application/problem+json" }),
      "unsupported_media_type",
    );
    await expectProblem(
      await post(secret, { ...LIST, params: { text: "a".repeat(40_000) } }),
      "payload_too_large",
    );
    for (const method of ["GET", "DELETE", "PUT"]) {
      const response = await call("/mcp", { method, headers: { authorization: `Bearer ${secret}` } });
      expect(response.headers.get("allow")).toBe("POST");
      await expectProblem(response, "method_not_allowed");
    }
  });

  it("is not cached, and its body is not logged", async () => {
    const log = vi.spyOn(console, "log");
    onTestFinished(() => log.mockRestore());
    const { secret } = await createKey(await newUser());
    const marker = crypto.randomUUID();
    const call = { name: "list_images", arguments: { q: marker } };
    const response = await post(secret, { ...LIST, method: "tools/call", params: call });
    expect(response.headers.get("cache-control")).toBe("no-store");
    await response.text();
    const lines = log.mock.calls.flat().join("\n");
    expect(lines).toContain('"route":"/mcp"');
    expect(lines).not.toContain(marker);
    expect(lines).not.toContain(secret);
  });

  const modern = (method: string, params: object = {}) => ({
    jsonrpc: "2.0",
    id: 1,
    method,
    params: {
      ...params,
      _meta: {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientInfo": { name: "a test", version: "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
      },
    },
  });

  it.each([
    ["no JSON", "{"],
    ["an empty body", ""],
    ["a number", "7"],
    ["null", "null"],
    ["an empty batch", "[]"],
    ["a deep array", "[".repeat(16_000)],
    ["a deep, closed array", "[".repeat(15_000) + "]".repeat(15_000)],
    ["a batch of garbage", [1, null, {}, "text"]],
    ["a batch of requests", [LIST, { ...LIST, id: 2 }]],
    ["a response", { jsonrpc: "2.0", id: 1, result: {} }],
    ["an unknown method", { ...LIST, method: "unknown/method" }],
    ["an unknown method of the 2026 protocol", modern("unknown/method")],
    ["an unknown tool", { ...LIST, method: "tools/call", params: { name: "unknown" } }],
    ["an unknown tool of the 2026 protocol", modern("tools/call", { name: "unknown" })],
    ["a tool named as a property", { ...LIST, method: "tools/call", params: { name: "__proto__" } }],
    ["a tool named as a method", modern("tools/call", { name: "constructor" })],
    [
      "arguments that are text",
      { ...LIST, method: "tools/call", params: { name: "get_image", arguments: "id" } },
    ],
    [
      "deep arguments",
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_image","arguments":{"id":${"[".repeat(12_000)}${"]".repeat(12_000)}}}}`,
    ],
    [
      "many arguments",
      modern("tools/call", {
        name: "get_image",
        arguments: Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`a${i}`, i])),
      }),
    ],
    [
      "an unknown version",
      {
        ...modern("tools/list"),
        params: { _meta: { "io.modelcontextprotocol/protocolVersion": "1999-01-01" } },
      },
    ],
    ["a subscription", modern("subscriptions/listen", { notifications: { toolsListChanged: true } })],
    ["an id that is an object", { ...LIST, id: {} }],
    ["no id", { jsonrpc: "2.0", method: "notifications/unknown" }],
  ])("that is %s is refused or answered, and never a failure of the Worker", async (_, body) => {
    const failures = vi.spyOn(console, "error");
    onTestFinished(() => failures.mockRestore());
    const { secret } = await createKey(await newUser());
    for (const headers of [
      {},
      { "mcp-protocol-version": MODERN, "mcp-method": "tools/call", "mcp-name": "unknown" },
    ]) {
      const response = await post(secret, body, headers);
      const text = await response.text();
      expect(response.status, text).toBeLessThan(500);
      expect(text).not.toMatch(/\bat \w+.*\(|node_modules|zod/i);
    }
    expect(failures.mock.calls.flat().join("\n")).not.toContain("unexpected_error");
  });
});

it("allows the pages of ALLOWED_ORIGINS, and their preflights", async () => {
  const origin = "https://friend.example";
  const ask = (init: RequestInit) =>
    app.request(`${ORIGIN}/mcp`, init, { ...env, ALLOWED_ORIGINS: origin }, createExecutionContext());
  const preflight = await ask({
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization, mcp-protocol-version",
    },
  });
  expect(preflight.headers.get("access-control-allow-headers")).toContain("mcp-protocol-version");
  const refused = await ask({ method: "POST", headers: { origin } });
  expect(refused.status).toBe(401);
  expect(refused.headers.get("access-control-allow-origin")).toBe(origin);
  expect(refused.headers.get("access-control-expose-headers")).toContain("www-authenticate");
});
