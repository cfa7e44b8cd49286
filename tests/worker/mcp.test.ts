/** `/mcp` with API keys. */
import { env } from "cloudflare:workers";
import type { Client } from "@modelcontextprotocol/client";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { generateBody } from "../../worker/api/schemas/requests/generation.ts";
import { generationPage } from "../../worker/api/schemas/generation.ts";
import { model } from "../../worker/api/schemas/session.ts";
import { MAX_WAITING_CALLS } from "../../worker/config/limits.ts";
import {
  call,
  createKey,
  deliver,
  eventually,
  generate,
  isIdle,
  list,
  newPrompt,
  newUser,
  openStudio,
  reaches,
  read,
  ORIGIN,
} from "./support/app.ts";
import { breakD1 } from "./support/faults.ts";
import {
  connect,
  connectOlder,
  expectRefusal,
  generationIn,
  MODERN,
  post,
  textOf,
  use,
} from "./support/mcp.ts";
import { webhookOf } from "./support/simulator.ts";

const CLIENTS: [
  name: string,
  connect: (secret: string) => ReturnType<typeof connectOlder | typeof connect>,
][] = [
  ["the v2 client, automatic", (secret) => connect(secret)],
  ["the v2 client, legacy", (secret) => connect(secret, "legacy")],
  ["the v2 client, pinned", (secret) => connect(secret, { pin: MODERN })],
  ["the v1 client", connectOlder],
];

describe.each(CLIENTS)("%s", (_, connectClient) => {
  it("creates an image, and gets a thumbnail and a link", async () => {
    const user = await newUser();
    const client = await connectClient((await createKey(user)).secret);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).toSorted()).toEqual([
      "cancel_generation",
      "generate_image",
      "get_image",
      "list_images",
      "list_models",
    ]);
    const prompt = newPrompt("terminal");
    const result = await use(client, "generate_image", { prompt });
    const made = generationIn(result);
    expect(made).toMatchObject({ prompt, status: "succeeded" });
    const [image, link, text] = result.content;
    if (image?.type !== "image" || link?.type !== "resource_link") throw new Error(textOf(result));
    expect(image.mimeType).toBe("image/webp");
    expect(atob(image.data).slice(0, 4)).toBe("RIFF");
    expect(link.uri).toBe(`${ORIGIN}/images/${made.id}/0`);
    expect(text?.type).toBe("text");
    expect(await read(user, made.id)).toMatchObject({ id: made.id, prompt });
    await client.close();
  });

  it("gets a refusal as the result of the tool, with the code of the API", async () => {
    const client = await connectClient((await createKey(await newUser())).secret);
    expectRefusal(await use(client, "generate_image", { prompt: " " }), "invalid_prompt");
    expectRefusal(await use(client, "get_image", { id: "unknown" }), "not_found");
    await client.close();
  });
});

describe("generate_image", () => {
  it("has the body schema of the API", async () => {
    const client = await connect((await createKey(await newUser())).secret);
    const { tools } = await client.listTools();
    const { inputSchema } = tools.find(({ name }) => name === "generate_image") ?? {};
    const { $schema: _, ...schema } = z.toJSONSchema(generateBody, { io: "input" });
    expect(inputSchema).toMatchObject(schema);
  });

  it("reports progress until the image is done, and holds no socket", async () => {
    const user = await newUser();
    const client = await connect((await createKey(user)).secret);
    const studio = await openStudio(user);
    const seen: number[] = [];
    const prompt = newPrompt();
    const result = client.callTool(
      { name: "generate_image", arguments: { prompt } },
      { onprogress: ({ progress }) => seen.push(progress) },
    );
    const { id } = await eventually(async () => {
      const [first] = (await list(user)).items;
      if (!first) throw new Error("not listed yet");
      return first;
    });
    await deliver(await webhookOf(id, "started"));
    await eventually(async () => expect(seen.length).toBeGreaterThan(1));
    await deliver(await webhookOf(id, "succeeded"));
    expect((await result).structuredContent).toMatchObject({ generation: { id, status: "succeeded" } });
    expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
    expect(studio.socket.readyState).toBe(WebSocket.OPEN);
    studio.socket.close();
  });

  it("says how to ask again when too many calls wait, and the image continues", async () => {
    const user = await newUser();
    const client = await connect((await createKey(user)).secret);
    const prompt = newPrompt("delay=2");
    const first = await generate(user, prompt);
    const studio = env.STUDIO.getByName(user.id) as unknown as {
      waitFor: (id: string, wait: object) => Promise<unknown>;
    };
    const wait = { status: first.status, progress: first.progress, ms: 9_000 };
    await env.DB.prepare("update users set plan = 'pro' where id = ?").bind(user.id).run();
    const waiting = Array.from({ length: MAX_WAITING_CALLS }, () => studio.waitFor(first.id, wait));
    const result = await use(client, "generate_image", { prompt: newPrompt("delay=1") });
    const { id, status } = generationIn(result);
    expect(result.isError).toBeFalsy();
    expect(["queued", "processing"]).toContain(status);
    expect(textOf(result)).toContain(`Call get_image with id "${id}"`);
    await Promise.all([reaches(user, id, "succeeded"), reaches(user, first.id, "succeeded")]);
    await Promise.all(waiting);
    expect(generationIn(await use(client, "get_image", { id }))).toMatchObject({ status: "succeeded" });
  });

  it("is continued after its client disconnects", async () => {
    const user = await newUser();
    const client = await connect((await createKey(user)).secret);
    const prompt = newPrompt("delay=1");
    const result = use(client, "generate_image", { prompt }).catch(() => null);
    const { id } = await eventually(async () => {
      const [first] = (await list(user)).items;
      if (!first) throw new Error("not listed yet");
      return first;
    });
    await client.close();
    await result;
    await reaches(user, id, "succeeded");
  });

  it("is a failed tool when the image fails", async () => {
    const user = await newUser();
    const client = await connect((await createKey(user)).secret);
    const result = await use(client, "generate_image", { prompt: newPrompt("terminal", "failed") });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toMatch(/upstream_failed|content_policy/);
  });

  it("refuses with the codes of the API", async () => {
    const user = await newUser();
    const client = await connect((await createKey(user)).secret);
    const refuses = async (args: Record<string, unknown>, code: string) =>
      expectRefusal(await use(client, "generate_image", args), code);
    await refuses({}, "invalid_prompt");
    await refuses({ prompt: "a dog", model: "unknown" }, "invalid_model");
    await refuses({ prompt: "a dog", color: "blue" }, "invalid_request");
    await refuses({ prompt: "a dog", seed: "7" }, "invalid_request");
    await generate(user, newPrompt("delay=3"));
    await refuses({ prompt: newPrompt() }, "limit_reached");
    expect((await list(user)).items).toHaveLength(1);
    await isIdle(user);
  });

  it("returns the same generation for the same Idempotency-Key", async () => {
    const { secret } = await createKey(await newUser());
    const body = {
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "generate_image", arguments: { prompt: newPrompt("terminal") } },
    };
    const ids = [];
    for (const _ of [1, 2]) {
      const text = await (await post(secret, body, { "idempotency-key": "the same" })).text();
      ids.push(/"generation":\{"id":"([^"]+)"/.exec(text)?.[1]);
    }
    expect(ids[0]).toBeTruthy();
    expect(ids[1]).toBe(ids[0]);
  });
});

describe("the other tools", () => {
  it("list images by the filters of the API, page by page", async () => {
    const user = await newUser("pro");
    const client = await connect((await createKey(user, { scopes: ["read"] })).secret);
    const ids = [];
    for (let at = 0; at < 3; at += 1) {
      const { id } = await generate(user, newPrompt("terminal"));
      await reaches(user, id, "succeeded");
      ids.unshift(id);
    }
    const first = await use(client, "list_images", { limit: 2, favorite: false });
    const page = generationPage.parse(first.structuredContent);
    expect(page.items.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(first.content).toHaveLength(1);
    const { nextCursor: cursor } = page;
    const rest = await use(client, "list_images", { limit: 2, favorite: false, cursor });
    expect(generationPage.parse(rest.structuredContent).items.map(({ id }) => id)).toEqual(ids.slice(2));
    expectRefusal(await use(client, "list_images", { cursor: "wrong" }), "invalid_request");
    expectRefusal(await use(client, "list_images", { model: "unknown" }), "invalid_model");
    expectRefusal(await use(client, "list_images", { collection: "unknown" }), "not_found");
  });

  it("list the models with their options", async () => {
    const client = await connect((await createKey(await newUser())).secret);
    const { structuredContent } = await use(client, "list_models");
    const { models } = z.object({ models: z.array(model) }).parse(structuredContent);
    const session = await (await call("/api/session")).json<{ models: unknown }>();
    expect(models).toEqual(session.models);
  });

  it("cancel a generation", async () => {
    const user = await newUser();
    const client = await connect((await createKey(user)).secret);
    const { id } = await generate(user, newPrompt("delay=5"));
    expect(generationIn(await use(client, "cancel_generation", { id }))).toMatchObject({
      status: "canceled",
    });
    await isIdle(user);
  });

  it("know only the user's own images", async () => {
    const [owner, other] = [await newUser(), await newUser()];
    const { id } = await generate(owner, newPrompt("terminal"));
    await reaches(owner, id, "succeeded");
    const client = await connect((await createKey(other)).secret);
    expectRefusal(await use(client, "get_image", { id }), "not_found");
    expectRefusal(await use(client, "cancel_generation", { id }), "not_found");
  });

  it("say that storage is unavailable while D1 is down, and not why", async () => {
    const client = await connect((await createKey(await newUser())).secret);
    breakD1((sql) => sql.includes("generations"));
    const result = await use(client, "list_images");
    expectRefusal(result, "storage_unavailable");
    expect(JSON.stringify(result)).not.toMatch(/D1|select/i);
  });
});

it.each([
  ["read", ["generate_image", "cancel_generation"]],
  ["generate", ["list_images", "get_image", "list_models"]],
  ["manage", ["list_images", "get_image", "list_models", "generate_image", "cancel_generation"]],
] as const)("a key with the scope %s cannot use %j", async (scope, names) => {
  const client = await connect((await createKey(await newUser(), { scopes: [scope] })).secret);
  for (const name of names) {
    expectRefusal(await use(client, name, { id: "an-id", prompt: "a dog" }), "insufficient_scope");
  }
});

it("a revoked key ends a client", async () => {
  const user = await newUser();
  const { key, secret } = await createKey(user);
  const client: Client = await connect(secret);
  await user.call(`/api/keys/${key.id}`, { method: "DELETE" });
  await expect(use(client, "list_models")).rejects.toThrow();
});
