import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { apiKeyList } from "../../worker/api/schemas/api-key.ts";
import { newApiKey, shardOfKey } from "../../worker/auth/api-key-format.ts";
import { databaseFor } from "../../worker/db/client.ts";
import { insertApiKey } from "../../worker/db/api-keys.ts";
import { MAX_API_KEYS, SCOPES } from "../../worker/shared/api-keys.ts";
import {
  call,
  createKey,
  eventually,
  expectProblem,
  generate,
  list,
  newPrompt,
  newUser,
  type Visitor,
  withKey,
} from "./support/app.ts";
import { breakD1, faultD1 } from "./support/faults.ts";

const PATH = "/api/keys";

async function keysOf(user: Visitor) {
  const response = await user.call(PATH);
  expect(response.status).toBe(200);
  return apiKeyList.parse(await response.json()).keys;
}

/** Requests a generation with a key. */
const generateWith = (secret: string, prompt = newPrompt()) =>
  withKey(secret)("/api/generate", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ prompt }),
  });

describe("a new API key", () => {
  it("is shown once, and stored as a digest only", async () => {
    const user = await newUser();
    const { key, secret } = await createKey(user, { name: "  Build server ", scopes: ["read", "generate"] });
    expect(secret).toMatch(/^sk_studio_[0-9A-Za-z]{36}$/);
    expect(key).toMatchObject({
      name: "Build server",
      scopes: ["read", "generate"],
      lastFour: secret.slice(-4),
      expiresAt: null,
      lastUsedAt: null,
    });
    expect(await keysOf(user)).toEqual([key]);
    const { results } = await env.DB.prepare("select * from api_keys where user_id = ?").bind(user.id).all();
    expect(JSON.stringify(results)).not.toContain(secret.slice(10, -4));
  });

  it.each([
    ["no name", { scopes: ["read"] }],
    ["an empty name", { name: " ", scopes: ["read"] }],
    ["a long name", { name: "x".repeat(10_000), scopes: ["read"] }],
    ["no scope", { name: "a", scopes: [] }],
    ["an unknown scope", { name: "a", scopes: ["admin"] }],
    ["a scope twice", { name: "a", scopes: ["read", "read"] }],
    ["an end in the past", { name: "a", scopes: ["read"], expiresAt: "2020-01-01T00:00:00Z" }],
    ["an end that is no instant", { name: "a", scopes: ["read"], expiresAt: "tomorrow" }],
    ["an unknown field", { name: "a", scopes: ["read"], userId: "b" }],
  ])("with %s is refused", async (_, body) => {
    const user = await newUser();
    await expectProblem(await user.post(PATH, body), "invalid_request");
    expect(await keysOf(user)).toEqual([]);
  });

  it("is refused above the maximum, also in a race", async () => {
    const user = await newUser();
    const db = databaseFor(env, user.id);
    for (let n = 0; n < MAX_API_KEYS - 1; n += 1) {
      const record = {
        id: crypto.randomUUID(),
        name: `${n}`,
        scopes: [...SCOPES],
        lastFour: "abcd",
        createdAt: n,
        expiresAt: null,
        lastUsedAt: null,
      };
      await insertApiKey(db, user.id, record, record.id);
    }
    const body = { name: "one more", scopes: ["read"] };
    const responses = await Promise.all(Array.from({ length: 4 }, () => user.post(PATH, body)));
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const response of responses)
      if (response.status !== 201) await expectProblem(response, "maximum_reached");
  });
});

describe("a request with an API key", () => {
  it("acts for its user, whatever the epoch of the sessions", async () => {
    const user = await newUser();
    const { secret } = await createKey(user);
    await user.post("/api/auth/logout-everywhere");
    const response = await generateWith(secret);
    expect(response.status).toBe(202);
    const { generation } = await response.json<{ generation: { id: string } }>();
    const page = await withKey(secret)("/api/generations");
    expect(await page.text()).toContain(generation.id);
    const session = await (await withKey(secret)("/api/session")).json<{ user: { id: string } }>();
    expect(session.user.id).toBe(user.id);
  });

  it("does not see another user's images", async () => {
    const [owner, other] = [await newUser(), await newUser()];
    const { id } = await generate(owner);
    const { secret } = await createKey(other);
    await expectProblem(await withKey(secret)(`/api/predictions/${id}`), "not_found");
    expect((await list(other)).items).toEqual([]);
  });

  it("and a cookie counts as the key", async () => {
    const [owner, other] = [await newUser(), await newUser()];
    const { secret } = await createKey(owner);
    const both = await other.call("/api/session", { headers: { authorization: `Bearer ${secret}` } });
    expect((await both.json<{ user: { id: string } }>()).user.id).toBe(owner.id);
    const wrong = await owner.call("/api/generations", { headers: { authorization: "Bearer wrong" } });
    await expectProblem(wrong, "unauthenticated");
    expect(wrong.headers.get("www-authenticate")).toMatch(/^Bearer/);
  });

  it.each([
    ["of another scheme", (secret: string) => `Basic ${secret}`],
    ["without a scheme", (secret: string) => secret],
    ["cut short", (secret: string) => `Bearer ${secret.slice(0, -1)}`],
    ["with one character changed", (secret: string) => `Bearer ${swapLast(secret)}`],
    ["well formed but unknown", () => `Bearer ${newApiKey("0")}`],
    ["of 10,000 characters", () => `Bearer ${"a".repeat(10_000)}`],
    ["twice", (secret: string) => `Bearer ${secret}, Bearer ${secret}`],
  ])("that is %s is refused", async (_, header) => {
    const user = await newUser();
    const { secret } = await createKey(user);
    const headers = { authorization: header(secret) };
    await expectProblem(await call("/api/generations", { headers }), "unauthenticated");
    await expectProblem(await call("/api/session", { headers }), "unauthenticated");
  });

  it("is refused from a page of another site", async () => {
    const { secret } = await createKey(await newUser());
    const foreign = { headers: { origin: "https://evil.example" } };
    await expectProblem(await withKey(secret)("/api/generations", foreign), "forbidden_origin");
  });

  it("is refused for a suspended user, and works again afterwards", async () => {
    const user = await newUser();
    const { secret } = await createKey(user);
    const suspend = (at: number | null) =>
      env.DB.prepare("update users set suspended_at = ? where id = ?").bind(at, user.id).run();
    await suspend(1);
    await expectProblem(await withKey(secret)("/api/generations"), "suspended");
    await suspend(null);
    expect((await withKey(secret)("/api/generations")).status).toBe(200);
  });

  it("is refused once the account is deleted", async () => {
    const user = await newUser();
    const { secret } = await createKey(user);
    expect((await user.call("/api/account", { method: "DELETE" })).status).toBe(204);
    await expectProblem(await withKey(secret)("/api/generations"), "unauthenticated");
    const { results } = await env.DB.prepare("select 1 from api_keys where user_id = ?").bind(user.id).all();
    expect(results).toEqual([]);
  });

  it("says that storage is unavailable while D1 is down", async () => {
    const { secret } = await createKey(await newUser());
    breakD1((sql) => sql.includes("api_keys"));
    await expectProblem(await withKey(secret)("/api/generations"), "storage_unavailable");
  });

  it("writes down its use at most once an hour", async () => {
    const user = await newUser();
    const { key, secret } = await createKey(user);
    await withKey(secret)("/api/generations");
    const first = await eventually(async () => {
      const [used] = await keysOf(user);
      expect(used?.lastUsedAt).not.toBeNull();
      return used;
    });
    await withKey(secret)("/api/generations");
    expect(await keysOf(user)).toEqual([first]);
    const long = Date.now() - 61 * 60 * 1000;
    await env.DB.prepare("update api_keys set last_used_at = ? where id = ?").bind(long, key.id).run();
    await withKey(secret)("/api/generations");
    await eventually(async () => {
      const [used] = await keysOf(user);
      expect(Date.parse(used?.lastUsedAt ?? "")).toBeGreaterThan(long);
    });
  });

  it("takes a slot of the plan like one with a session", async () => {
    const user = await newUser();
    const { secret } = await createKey(user);
    const responses = await Promise.all(
      Array.from({ length: 8 }, () => [
        generateWith(secret),
        user.post("/api/generate", { prompt: newPrompt() }),
      ]).flat(),
    );
    expect(responses.filter(({ status }) => status === 202)).toHaveLength(1);
    for (const response of responses)
      if (response.status !== 202) await expectProblem(response, "limit_reached");
  });
});

describe("a socket of an API key", () => {
  /** Opens one, and waits for its first event. */
  async function open(user: Visitor) {
    const { key, secret } = await createKey(user, { scopes: ["read"] });
    const response = await withKey(secret)("/api/events", { headers: { upgrade: "websocket" } });
    expect(response.status).toBe(101);
    const socket = response.webSocket as WebSocket;
    const first = new Promise((resolve) => socket.addEventListener("message", resolve, { once: true }));
    const closed = new Promise<CloseEvent>((resolve) => socket.addEventListener("close", resolve));
    socket.accept();
    await first;
    return { key, closed };
  }

  it("receives events, and is closed when the key is revoked", async () => {
    const user = await newUser();
    const { key, closed } = await open(user);
    expect((await user.call(`${PATH}/${key.id}`, { method: "DELETE" })).status).toBe(204);
    expect((await closed).code).toBe(4001);
  });

  it.each(["the key", "all keys"])("is closed when D1's response to revoking %s is lost", async (what) => {
    const user = await newUser();
    const { key, closed } = await open(user);
    let attempts = 0;
    faultD1((sql) => (sql.startsWith(`delete from "api_keys"`) && attempts++ === 0 ? "lost" : null));
    const path = what === "the key" ? `${PATH}/${key.id}` : PATH;
    expect((await user.call(path, { method: "DELETE" })).status).toBe(204);
    expect(attempts).toBe(2);
    expect((await closed).code).toBe(4001);
  });
});

describe("revoking", () => {
  it("ends one key, and all", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const keys = [await createKey(user), await createKey(user), await createKey(user)];
    const foreign = await createKey(other);
    expect((await user.call(`${PATH}/${keys[0]?.key.id}`, { method: "DELETE" })).status).toBe(204);
    await expectProblem(await user.call(`${PATH}/${keys[0]?.key.id}`, { method: "DELETE" }), "not_found");
    await expectProblem(await user.call(`${PATH}/${foreign.key.id}`, { method: "DELETE" }), "not_found");
    expect((await keysOf(user)).map(({ id }) => id)).toEqual(keys.slice(1).map(({ key }) => key.id));
    expect((await user.call(PATH, { method: "DELETE" })).status).toBe(204);
    expect((await user.call(PATH, { method: "DELETE" })).status).toBe(204);
    for (const { secret } of keys)
      await expectProblem(await withKey(secret)("/api/generations"), "unauthenticated");
    expect((await withKey(foreign.secret)("/api/generations")).status).toBe(200);
  });
});

describe("the form of a key", () => {
  it("has a checksum that finds every single wrong character", () => {
    for (let round = 0; round < 20; round += 1) {
      const key = newApiKey("0");
      expect(shardOfKey(key)).toBe("0");
      for (let at = 10; at < key.length; at += 1) {
        const wrong = key.slice(0, at) + (key[at] === "a" ? "b" : "a") + key.slice(at + 1);
        expect(shardOfKey(wrong)).toBeNull();
      }
    }
  });

  it("uses every character, and no two keys are the same", () => {
    const keys = Array.from({ length: 500 }, () => newApiKey("0"));
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(keys.flatMap((key) => key.slice(11, -6).split(""))).size).toBe(62);
  });
});

function swapLast(secret: string): string {
  return secret.slice(0, -1) + (secret.endsWith("0") ? "1" : "0");
}
