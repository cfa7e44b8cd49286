import { createExecutionContext, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../worker/app.ts";
import { settingsOf } from "../../worker/env.ts";
import { expectProblem, newPrompt, newUser, type Visitor } from "./support/app.ts";
import { createsOf } from "./support/simulator.ts";

const good = {
  SESSION_SECRET: "0123456789abcdef0123456789abcdef",
  SKYTELLS_API_KEY: "sk-real",
};
const withSettings = (more: Record<string, string>) => ({ ...good, ...more });

describe("settings", () => {
  it("have the defaults that the documents give", () => {
    expect(settingsOf(withSettings({}))).toMatchObject({
      publicOrigin: null,
      skytells: {
        url: "https://api.skytells.ai/v1",
        key: "sk-real",
        webhookEvents: "reference",
        loopback: false,
      },
      devSignIn: false,
      oidc: null,
      access: null,
      allowedUsers: [],
      maxGenerationsPerDay: 500,
      checkAfterMs: 20_000,
      deadlineMs: 900_000,
      outputWindowMs: 300_000,
      createTimeoutMs: 25_000,
      unconfirmedMs: 120_000,
    });
  });

  it("rotate: the first signs and calls, all verify", () => {
    const settings = settingsOf(
      withSettings({
        SKYTELLS_API_KEY: "sk-new, sk-old",
        SKYTELLS_WEBHOOK_SECRET: "whsec",
        SESSION_SECRET: `${good.SESSION_SECRET},fedcba9876543210`,
      }),
    );
    expect(settings.skytells).toMatchObject({ key: "sk-new", webhookKeys: ["whsec", "sk-new", "sk-old"] });
    expect(settings.sessionSecrets).toHaveLength(2);
  });

  it("name the ways in", () => {
    const settings = settingsOf(
      withSettings({
        OIDC_ISSUER: "https://id.example/realm",
        OIDC_CLIENT_ID: "studio",
        ACCESS_TEAM_DOMAIN: "team.cloudflareaccess.com",
        ACCESS_AUD: "aud",
        ALLOWED_USERS: " Ann@Example.com, @example.org ,*",
      }),
    );
    expect(settings).toMatchObject({
      oidc: { issuer: new URL("https://id.example/realm"), clientId: "studio", clientSecret: null },
      access: { teamOrigin: "https://team.cloudflareaccess.com", audience: "aud" },
      allowedUsers: ["ann@example.com", "@example.org", "*"],
    });
  });

  it.each([
    [{ SESSION_SECRET: "" }, /SESSION_SECRET.*openssl rand/],
    [{ SESSION_SECRET: "short" }, /SESSION_SECRET.*too weak/],
    [{ SESSION_SECRET: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }, /SESSION_SECRET.*too weak/],
    [{ SKYTELLS_API_KEY: "" }, /SKYTELLS_API_KEY.*missing/],
    [{ SKYTELLS_API_KEY: "sk-simulator" }, /SKYTELLS_API_KEY.*simulator/],
    [{ SKYTELLS_API_KEY: "sk-real,sk-simulator" }, /SKYTELLS_API_KEY.*simulator/],
    [{ SKYTELLS_API_URL: "http://api.skytells.ai/v1" }, /SKYTELLS_API_URL.*https/],
    [{ SKYTELLS_API_URL: "nonsense" }, /SKYTELLS_API_URL/],
    [{ PUBLIC_URL: "http://studio.example" }, /PUBLIC_URL.*https/],
    [{ PUBLIC_URL: "studio.example" }, /PUBLIC_URL/],
    [{ DEV_SIGN_IN: "yes" }, /DEV_SIGN_IN/],
    [{ MAX_GENERATIONS_PER_DAY: "many" }, /MAX_GENERATIONS_PER_DAY/],
    [{ MAX_GENERATIONS_PER_DAY: "-2" }, /MAX_GENERATIONS_PER_DAY/],
    [{ CHECK_AFTER_SECONDS: "0" }, /CHECK_AFTER_SECONDS/],
    [{ CREATE_TIMEOUT_SECONDS: "soon" }, /CREATE_TIMEOUT_SECONDS/],
    [{ SKYTELLS_WEBHOOK_EVENTS: "both" }, /SKYTELLS_WEBHOOK_EVENTS/],
    [{ OIDC_ISSUER: "https://id.example" }, /OIDC_CLIENT_ID.*missing.*OIDC_ISSUER/],
    [{ OIDC_CLIENT_ID: "studio" }, /OIDC_ISSUER.*missing/],
    [{ OIDC_CLIENT_SECRET: "secret" }, /OIDC_ISSUER.*missing/],
    [{ OIDC_ISSUER: "http://id.example", OIDC_CLIENT_ID: "studio" }, /OIDC_ISSUER.*https/],
    [{ OIDC_ISSUER: "id.example", OIDC_CLIENT_ID: "studio" }, /OIDC_ISSUER.*https/],
    [{ ACCESS_TEAM_DOMAIN: "team.cloudflareaccess.com" }, /ACCESS_AUD.*missing/],
    [{ ACCESS_AUD: "aud" }, /ACCESS_TEAM_DOMAIN.*missing/],
    [{ ACCESS_TEAM_DOMAIN: "http://team.example", ACCESS_AUD: "aud" }, /ACCESS_TEAM_DOMAIN.*https/],
    [{ ALLOWED_USERS: "example.com" }, /ALLOWED_USERS.*@domains/],
    [{ ALLOWED_USERS: "*@example.com" }, /ALLOWED_USERS/],
    [{ ALLOWED_USERS: "*.example.com" }, /ALLOWED_USERS/],
  ])("%j is an error that names it", (wrong, message) => {
    expect(() => settingsOf(withSettings(wrong as Record<string, string>))).toThrow(message);
  });

  it("that are wrong are told at every door of the API, and not by the secret", async () => {
    const wrong = { ...env, SESSION_SECRET: "s3cret" };
    const answer = await app.request("http://localhost:9/api/health", {}, wrong, createExecutionContext());
    const problem = await expectProblem(answer, "internal");
    expect(problem.detail).toContain("SESSION_SECRET");
    expect(problem.detail).not.toContain("s3cret");
  });
});

describe("MAX_GENERATIONS_PER_DAY", () => {
  /** Gives the user's object other settings than the rest of the studio. */
  async function cap(user: Visitor, value: string): Promise<void> {
    await runInDurableObject(env.STUDIO.getByName(user.id), (studio) => {
      const holder = studio as unknown as { env: Env; parts: null };
      holder.env = new Proxy(env, {
        get: (target, name) => (name === "MAX_GENERATIONS_PER_DAY" ? value : Reflect.get(target, name)),
      });
      holder.parts = null;
    });
  }

  it("-1 pauses the studio", async () => {
    const user = await newUser();
    await cap(user, "-1");
    const prompt = newPrompt();
    await expectProblem(await user.post("/api/generate", { prompt }), "budget_exhausted");
    expect(await createsOf(prompt)).toEqual([]);
  });

  it("bounds the whole studio's day", async () => {
    const [one, other] = [await newUser("pro"), await newUser("pro")];
    await env.DB.prepare("delete from days").run();
    for (const user of [one, other]) await cap(user, "3");
    for (const user of [one, other, one]) {
      expect((await user.post("/api/generate", { prompt: newPrompt("stuck") })).status).toBe(202);
    }
    const answer = await other.post("/api/generate", { prompt: newPrompt() });
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    await expectProblem(answer, "budget_exhausted");
  });
});
