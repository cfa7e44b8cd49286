import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../worker/app.ts";
import { expectProblem, generate, newPrompt, newUser, ORIGIN } from "./support/app.ts";
import { set } from "./support/settings.ts";

/** From one address, at a studio whose bindings are the real ones but for these. */
function visitor(changed: object = {}) {
  const address = crypto.randomUUID();
  const ask = (path: string, init: { method?: string; body?: string } = {}) =>
    app.request(
      ORIGIN + path,
      { ...init, headers: { "cf-connecting-ip": address } },
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

/** The limiter counts anew with each minute of the clock: what fell into two of them is tried again. */
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

const broken = { limit: () => Promise.reject(new Error("no answer")) };

async function expectLimited(answer: Response): Promise<void> {
  expect(answer.headers.get("retry-after")).toBe("60");
  await expectProblem(answer, "rate_limited");
}

describe("rate limits", () => {
  it("300 generate requests a minute, by user, whatever the address", () =>
    withinAMinute(async () => {
      const [user, other] = [await newUser(), await newUser()];
      await exhaust(env.RL_GENERATE, user.id, 300);
      await expectLimited(await user.post("/api/generate", { prompt: newPrompt() }));
      await generate(other);
    }));

  it("600 requests of links a minute, by address", () =>
    withinAMinute(async () => {
      const { address, ask } = visitor();
      await exhaust(env.RL_SHARE, address, 600);
      for (const path of ["/s/nothing", "/s/nothing/image"]) {
        const answer = await ask(path);
        expect(answer.headers.get("x-robots-tag")).toBe("noindex");
        await expectLimited(answer);
      }
      expect((await visitor().ask("/s/nothing")).status).toBe(404);
    }));

  it("60 bad signatures a minute, by address; only after one was bad", () =>
    withinAMinute(async () => {
      const { address, ask } = visitor();
      await exhaust(env.RL_BAD_WEBHOOK, address, 60);
      const bad = { method: "POST", body: "{}" };
      await expectLimited(await ask("/api/webhooks", bad));
      await expectProblem(await visitor().ask("/api/webhooks", bad), "invalid_signature");
    }));

  it("a limiter that errors, or is not there, lets pass", async () => {
    const bad = { method: "POST", body: "{}" };
    for (const limiter of [broken, undefined]) {
      const { ask } = visitor({ RL_SHARE: limiter, RL_BAD_WEBHOOK: limiter });
      expect((await ask("/s/nothing")).status).toBe(404);
      await expectProblem(await ask("/api/webhooks", bad), "invalid_signature");
    }
    const user = await newUser();
    await set(user, { RL_GENERATE: broken });
    await generate(user);
  });
});
