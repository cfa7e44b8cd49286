import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../worker/app.ts";
import { settingsOf } from "../../worker/config/settings.ts";
import { expectProblem, newPrompt, newUser } from "./support/app.ts";
import { set } from "./support/settings.ts";
import { createsOf } from "./support/simulator.ts";

const good = {
  SESSION_SECRET: "0123456789abcdef0123456789abcdef",
  SKYTELLS_API_KEY: "sk-real",
};
const withSettings = (more: Record<string, string>) => ({ ...good, ...more });

describe("settings", () => {
  it("have the documented defaults", () => {
    expect(settingsOf(withSettings({}))).toMatchObject({
      publicOrigin: null,
      skytells: {
        url: "https://api.skytells.ai/v1",
        key: "sk-real",
        webhookEvents: "reference",
        loopback: false,
      },
      sessionMaxSeconds: 90 * 24 * 3600,
      devSignIn: false,
      oidc: null,
      access: null,
      allowedUsers: [],
      maxGenerationsPerDay: 500,
      dailyGenerations: { free: 50, pro: 500 },
      checkAfterMs: 20_000,
      deadlineMs: 900_000,
      outputWindowMs: 300_000,
      createTimeoutMs: 25_000,
      unconfirmedMs: 120_000,
    });
  });

  it("rotate: the first key signs and calls, all verify", () => {
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

  it("set the allowance of each plan; a plan that is left out keeps its default", () => {
    const daily = (value: string) =>
      settingsOf(withSettings({ PLAN_DAILY_GENERATIONS: value })).dailyGenerations;
    expect(daily(" free = 5 , pro=0")).toEqual({ free: 5, pro: null });
    expect(daily("pro=9")).toEqual({ free: 50, pro: 9 });
    expect(daily("")).toEqual({ free: 50, pro: 500 });
  });

  it("determine the sign-in methods", () => {
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
      oidc: {
        issuer: new URL("https://id.example/realm"),
        clientId: "studio",
        clientSecret: null,
        trustsUnverifiedEmail: false,
      },
      access: { teamOrigin: "https://team.cloudflareaccess.com", audience: "aud" },
      allowedUsers: ["ann@example.com", "@example.org", "*"],
    });
  });

  it.each([
    [{ SESSION_SECRET: "" }, /SESSION_SECRET.*npm run secret/],
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
    [{ PLAN_DAILY_GENERATIONS: "50" }, /PLAN_DAILY_GENERATIONS.*free=50,pro=500/],
    [{ PLAN_DAILY_GENERATIONS: "free=50,gold=9" }, /PLAN_DAILY_GENERATIONS/],
    [{ PLAN_DAILY_GENERATIONS: "free=-1" }, /PLAN_DAILY_GENERATIONS/],
    [{ PLAN_DAILY_GENERATIONS: "free=1.5" }, /PLAN_DAILY_GENERATIONS/],
    [{ PLAN_DAILY_GENERATIONS: "toString=1" }, /PLAN_DAILY_GENERATIONS/],
    [{ CHECK_AFTER_SECONDS: "0" }, /CHECK_AFTER_SECONDS/],
    [{ CREATE_TIMEOUT_SECONDS: "soon" }, /CREATE_TIMEOUT_SECONDS/],
    [{ SKYTELLS_WEBHOOK_EVENTS: "both" }, /SKYTELLS_WEBHOOK_EVENTS/],
    [{ OIDC_ISSUER: "https://id.example" }, /OIDC_CLIENT_ID.*missing.*OIDC_ISSUER/],
    [{ OIDC_CLIENT_ID: "studio" }, /OIDC_ISSUER.*missing/],
    [{ OIDC_CLIENT_SECRET: "secret" }, /OIDC_ISSUER.*missing/],
    [{ OIDC_ISSUER: "http://id.example", OIDC_CLIENT_ID: "studio" }, /OIDC_ISSUER.*https/],
    [{ OIDC_ISSUER: "id.example", OIDC_CLIENT_ID: "studio" }, /OIDC_ISSUER.*https/],
    [{ TRUST_UNVERIFIED_EMAIL: "https://id.example" }, /TRUST_UNVERIFIED_EMAIL.*same address as OIDC_ISSUER/],
    [
      {
        OIDC_ISSUER: "https://id.example/a",
        OIDC_CLIENT_ID: "studio",
        TRUST_UNVERIFIED_EMAIL: "https://id.example/b",
      },
      /TRUST_UNVERIFIED_EMAIL.*same address as OIDC_ISSUER/,
    ],
    [{ TRUST_UNVERIFIED_EMAIL: "true" }, /TRUST_UNVERIFIED_EMAIL.*https URL/],
    [{ SESSION_MAX_DAYS: "0" }, /SESSION_MAX_DAYS/],
    [{ SESSION_MAX_DAYS: "1.5" }, /SESSION_MAX_DAYS/],
    [{ SESSION_MAX_DAYS: "forever" }, /SESSION_MAX_DAYS.*days/],
    [{ ACCESS_TEAM_DOMAIN: "team.cloudflareaccess.com" }, /ACCESS_AUD.*missing/],
    [{ ACCESS_AUD: "aud" }, /ACCESS_TEAM_DOMAIN.*missing/],
    [{ ACCESS_TEAM_DOMAIN: "http://team.example", ACCESS_AUD: "aud" }, /ACCESS_TEAM_DOMAIN.*https/],
    [{ ALLOWED_USERS: "example.com" }, /ALLOWED_USERS.*@domains/],
    [{ ALLOWED_USERS: "*@example.com" }, /ALLOWED_USERS/],
    [{ ALLOWED_USERS: "*.example.com" }, /ALLOWED_USERS/],
  ])("%j is an error that names it", (wrong, message) => {
    expect(() => settingsOf(withSettings(wrong as Record<string, string>))).toThrow(message);
  });

  it("that are wrong are named on every route of the API, without secrets", async () => {
    const wrong = { ...env, SESSION_SECRET: "s3cret" };
    const response = await app.request("http://localhost:9/api/health", {}, wrong, createExecutionContext());
    const problem = await expectProblem(response, "internal");
    expect(problem.detail).toContain("SESSION_SECRET");
    expect(problem.detail).not.toContain("s3cret");
    // The studio itself comes, also for who was signed in before, and shows what the API says.
    const signedIn = { headers: { cookie: "session=a.b.c" } };
    const page = await app.request("http://localhost:9/gallery", signedIn, wrong, createExecutionContext());
    expect(page.status).toBe(200);
    expect(page.headers.get("link")).toBeNull();
    expect(await page.text()).toContain('<div id="app">');
  });
});

describe("MAX_GENERATIONS_PER_DAY", () => {
  it("-1 pauses the studio", async () => {
    const user = await newUser();
    await set(user, { MAX_GENERATIONS_PER_DAY: "-1" });
    const prompt = newPrompt();
    await expectProblem(await user.post("/api/generate", { prompt }), "budget_exhausted");
    expect(await createsOf(prompt)).toEqual([]);
  });

  it("bounds the whole studio's day", async () => {
    const [one, other] = [await newUser("pro"), await newUser("pro")];
    await env.DB.prepare("delete from days").run();
    for (const user of [one, other]) await set(user, { MAX_GENERATIONS_PER_DAY: "3" });
    for (const user of [one, other, one]) {
      expect((await user.post("/api/generate", { prompt: newPrompt("stuck") })).status).toBe(202);
    }
    const response = await other.post("/api/generate", { prompt: newPrompt() });
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    await expectProblem(response, "budget_exhausted");
  });
});
