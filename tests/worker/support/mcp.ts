/** `/mcp` through the SDK's clients. */
import { exports } from "cloudflare:workers";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as OlderClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as OlderTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { expect } from "vitest";
import * as z from "zod";
import { generation } from "../../../worker/api/schemas/generation.ts";
import { call, ORIGIN } from "./app.ts";

export const ADDRESS = new URL("/mcp", ORIGIN);
export const MODERN = "2026-07-28";
const ABOUT = { name: "a test", version: "1.0.0" };

/** The Worker under test instead of the network. */
export function toWorker(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  request.headers.set("cf-connecting-ip", crypto.randomUUID());
  return exports.default.fetch(request);
}

const withAuthorization = (secret: string) => ({ headers: { authorization: `Bearer ${secret}` } });

/** The v2 client. `pin`: only this revision of the protocol. */
export async function connect(
  secret: string,
  mode: "auto" | "legacy" | { pin: string } = "auto",
): Promise<Client> {
  const client = new Client(ABOUT, { versionNegotiation: { mode } });
  await client.connect(
    new StreamableHTTPClientTransport(ADDRESS, { fetch: toWorker, requestInit: withAuthorization(secret) }),
  );
  return client;
}

/** The v1 client. */
export async function connectOlder(secret: string): Promise<OlderClient> {
  const client = new OlderClient(ABOUT);
  const transport = new OlderTransport(ADDRESS, {
    fetch: toWorker,
    requestInit: withAuthorization(secret),
  });
  await client.connect(transport as Parameters<OlderClient["connect"]>[0]);
  return client;
}

const toolResult = z.object({
  isError: z.boolean().optional(),
  content: z.array(
    z.discriminatedUnion("type", [
      z.object({ type: z.literal("text"), text: z.string() }),
      z.object({ type: z.literal("image"), data: z.string(), mimeType: z.string() }),
      z.object({
        type: z.literal("resource_link"),
        uri: z.string(),
        name: z.string(),
        mimeType: z.string().optional(),
      }),
    ]),
  ),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
});
export type ToolResult = z.infer<typeof toolResult>;

export const textOf = ({ content }: ToolResult) =>
  content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");

export async function use(
  client: Client | OlderClient,
  name: string,
  args: Record<string, unknown> = {},
): Promise<ToolResult> {
  return toolResult.parse(await client.callTool({ name, arguments: args }));
}

export const generationIn = ({ structuredContent }: ToolResult) =>
  z.object({ generation }).parse(structuredContent).generation;

export function expectRefusal(result: ToolResult, code: string): void {
  expect(result.isError, textOf(result)).toBe(true);
  expect(textOf(result)).toMatch(new RegExp(`^${code}: .`));
  expect(result.structuredContent).toMatchObject({ code });
}

/** A request without a client. */
export function post(secret: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return call("/mcp", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      authorization: `Bearer ${secret}`,
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}
