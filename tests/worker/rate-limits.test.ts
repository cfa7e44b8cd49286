import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../worker/app.ts";
import { newApiKey } from "../../worker/auth/api-key-format.ts";
import { createKey, expectProblem, generate, newPrompt, newUser, ORIGIN } from "./support/app.ts";
import { breakD1 } from "./support/faults.ts";
import { connectApp } from "./support/oauth.ts";
import { set } from "./support/settings.ts";
import { OIDC } from "./support/sign-in.ts";

/** From one address, at a studio whose bindings are the real ones but for these. */
function visitor(changed: object = {}, address: string = crypto.randomUUID()) {
  type Init = { method?: string; body?: string; headers?: Record<string, string> };
  const ask = (path: string, init: Init = {}) =>
    app.request(
      ORIGIN + path,
      { ...init, headers: { ...init.headers, "cf-connecting-ip": address } },
      { ...env, ...changed },
      createExecutionContext(),
    );
  return { address, ask };
}

/** Uses up what the limiter allows this key. */
async function exhaust(limiter: RateLimit, key: string, limit: number): Promise<void> {
  for (let at = 0; at < limit; at += 1) expect((await limiter.limit({ key })).success, `${at}`).toBe(true);
  expect((await limiter.limit({ key })).success).toBe(false);
}

const minute = () => Math.floor(Date.now() / 60_000);

/** The limiter starts a new count with each minute of the clock, so a run across two minutes is repeated. */
async function withinAMinute(run: () => Promise<void>): Promise<void> {
  for (;;) {
    const began = minute();
    try {
      return await run();
    } catch (error) {
      if (minute() === began) throw error;
    }
  }
}

const broken = { limit: () => Promise.reject(new Error("no response")) };

/** A limiter that allows each key so many requests. */
function limiterOf(limit: number): RateLimit {
  const counts = new Map<string, number>();
  return {
    async limit({ key }) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return { success: (counts.get(key) ?? 0) <= limit };
    },
  };
}

async function expectLimited(response: Response): Promise<void> {
  expect(response.headers.get("retry-after")).toBe("60");
  await expectProblem(response, "rate_limited");
}

describe("rate limits", { timeout: 90_000 }, () => {
  it("300 generate requests a minute, by user, whatever the address", () =>
    withinAMinute(async () => {
      const [user, other] = [await newUser(), await newUser()];
      await exhaust(env.RL_GENERATE, user.id, 300);
      await expectLimited(await user.post("/api/generate", { prompt: newPrompt() }));
      await generate(other);
    }));

  it("600 requests for share links a minute, by address", () =>
    withinAMinute(async () => {
      const { address, ask } = visitor();
      await exhaust(env.RL_SHARE, address, 600);
      for (const path of ["/s/nothing", "/s/nothing/image"]) {
        const response = await ask(path);
        expect(response.headers.get("x-robots-tag")).toBe("noindex");
        await expectLimited(response);
      }
      expect((await visitor().ask("/s/nothing")).status).toBe(404);
    }));

  it("1,200 requests of lists, exports, presets and collections a minute, by user, whatever the address", () =>
    withinAMinute(async () => {
      const [user, other] = [await newUser(), await newUser()];
      await exhaust(env.RL_READ, user.id, 1_200);
      const paths = ["generations", "generations?q=fox", "account/export", "presets", "collections"];
      for (const path of paths.map((end) => `/api/${end}`)) {
        await expectLimited(await user.call(path));
        expect((await other.call(path)).status).toBe(200);
      }
      for (const path of ["/api/presets", "/api/collections"]) {
        const rename = {
          method: "PATCH",
          body: '{"name":"x"}',
          headers: { "content-type": "application/json" },
        };
        await expectLimited(await user.post(path, { name: "x" }));
        await expectLimited(await user.call(`${path}/x`, rename));
        await expectLimited(await user.call(`${path}/x`, { method: "DELETE" }));
      }
      // Other routes still respond.
      expect((await user.call("/api/session")).status).toBe(200);
      await generate(user);
    }));

  it("60 bad signatures a minute, by address; only after one was bad", () =>
    withinAMinute(async () => {
      const { address, ask } = visitor();
      await exhaust(env.RL_BAD_WEBHOOK, address, 60);
      const bad = { method: "POST", body: "{}" };
      await expectLimited(await ask("/api/webhooks", bad));
      await expectProblem(await visitor().ask("/api/webhooks", bad), "invalid_signature");
    }));

  const hextet = () => (1 + Math.floor(Math.random() * 0xfffe)).toString(16);
  const signInFrom = (address: string) => visitor(OIDC, address).ask("/api/auth/callback");

  it("counts an IPv6 client by its /64, however the address is written", () =>
    withinAMinute(async () => {
      const network = `2001:db8:${hextet()}:${hextet()}`;
      for (let at = 1; at <= 30; at += 1) {
        expect((await signInFrom(`${network}:${hextet()}::${at}`)).status, `${at}`).toBe(400);
      }
      for (const same of [`${network}::`, `${network}:0:0:0:1`, `${network}::1`.toUpperCase()]) {
        expect((await signInFrom(same)).status, same).toBe(429);
      }
      const neighbor = `2001:db8:${hextet()}:${hextet()}::1`;
      expect((await signInFrom(neighbor)).status).toBe(400);
    }));

  it("counts an IPv4 client by its address, also where it is mapped to IPv6", () =>
    withinAMinute(async () => {
      const octet = () => Math.floor(Math.random() * 256);
      const [a, b, c] = [octet(), octet(), octet()];
      const address = `10.${a}.${b}.${c}`;
      for (let at = 0; at < 30; at += 1) expect((await signInFrom(address)).status).toBe(400);
      const hex = [10 * 256 + a, b * 256 + c].map((pair) => pair.toString(16)).join(":");
      for (const same of [address, `::ffff:${address}`, `::FFFF:${hex}`]) {
        expect((await signInFrom(same)).status, same).toBe(429);
      }
      expect((await signInFrom(`::ffff:10.${a}.${b}.${(c + 1) % 256}`)).status).toBe(400);
    }));

  it("counts compressed addresses of different networks apart", () =>
    withinAMinute(async () => {
      const [one, other] = [`2001:db8:${hextet()}::`, `2001:db8:${hextet()}::`];
      for (let at = 0; at < 30; at += 1) await signInFrom(`${one}${hextet()}`);
      expect((await signInFrom(`${one}1:2:3`)).status).toBe(429);
      expect((await signInFrom(`${other}1`)).status).toBe(400);
    }));

  it("a limiter that fails or is missing allows the request", async () => {
    const bad = { method: "POST", body: "{}" };
    for (const limiter of [broken, undefined]) {
      const { ask } = visitor({ RL_SHARE: limiter, RL_BAD_WEBHOOK: limiter });
      expect((await ask("/s/nothing")).status).toBe(404);
      await expectProblem(await ask("/api/webhooks", bad), "invalid_signature");
    }
    const user = await newUser();
    for (const limiter of [broken, undefined]) {
      const init = { headers: { cookie: user.cookie } };
      const bindings = { ...env, RL_READ: limiter };
      const response = await app.request(
        `${ORIGIN}/api/generations`,
        init,
        bindings,
        createExecutionContext(),
      );
      expect(response.status).toBe(200);
    }
    await set(user, { RL_GENERATE: broken });
    await generate(user);
  });
});

describe("requests with a key or token", () => {
  const listWith = ({ ask }: ReturnType<typeof visitor>, secret: string) =>
    ask("/api/generations", { headers: { authorization: `Bearer ${secret}` } });

  it("are counted by API key, whatever the address", async () => {
    const user = await newUser();
    const [one, other] = [await createKey(user), await createKey(user)];
    const limit = { RL_API_KEY: limiterOf(3) };
    const network = visitor(limit);
    for (const from of [network, visitor(limit), network]) {
      expect((await listWith(from, one.secret)).status).toBe(200);
    }
    await expectLimited(await listWith(visitor(limit), one.secret));
    await expectLimited(await listWith(network, one.secret));
    expect((await listWith(network, other.secret)).status).toBe(200);
    const { ask } = network;
    expect((await ask("/api/generations", { headers: { cookie: user.cookie } })).status).toBe(200);
  });

  it("are counted by connected app, also at /mcp", async () => {
    const user = await newUser();
    const [one, other] = [await connectApp(user), await connectApp(user)];
    const network = visitor({ RL_API_KEY: limiterOf(3) });
    for (let at = 0; at < 3; at += 1) expect((await listWith(network, one.token)).status).toBe(200);
    await expectLimited(await listWith(network, one.token));
    const init = { method: "POST", body: "{}", headers: { authorization: `Bearer ${one.token}` } };
    await expectLimited(await network.ask("/mcp", init));
    expect((await listWith(network, other.token)).status).toBe(200);
    expect((await user.call("/api/generations")).status).toBe(200);
  });

  it("that are not valid are counted by address, before D1 is asked", async () => {
    const user = await newUser();
    const [known, revoked, fresh] = [await createKey(user), await createKey(user), await createKey(user)];
    const network = visitor({ RL_API_KEY: limiterOf(4) });
    for (const { secret } of [known, revoked]) expect((await listWith(network, secret)).status).toBe(200);
    expect((await user.call(`/api/keys/${revoked.key.id}`, { method: "DELETE" })).status).toBe(204);
    for (const secret of [newApiKey("0"), revoked.secret, revoked.secret]) {
      await expectProblem(await listWith(network, secret), "unauthenticated");
    }
    breakD1((sql) => sql.includes("api_keys"));
    for (const secret of [newApiKey("0"), revoked.secret, fresh.secret]) {
      await expectLimited(await listWith(network, secret));
    }
    // Its own count is left: D1 is asked.
    await expectProblem(await listWith(network, known.secret), "storage_unavailable");
  });
});
