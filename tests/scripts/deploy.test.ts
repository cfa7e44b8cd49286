/** `npm run deploy`: its rules as tables, and whole runs of it with the real wrangler against a stand-in of Cloudflare's API. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dangersOf, varsIn } from "../../scripts/deploy/dangers.ts";
import { secretsToDeploy } from "../../scripts/deploy/secrets.ts";
import { environment, root } from "../../scripts/run.ts";
import { copyCheckout, removeCheckout } from "./support/checkout.ts";
import { ACCOUNT_ID, type CloudflareApi, startCloudflareApi } from "./support/cloudflare-api.ts";
import { HEALTHY, LINK_TOKEN, type LiveStudio, startLiveStudio, TOKEN } from "./support/live-studio.ts";

const KEY = "sk-live-0123456789abcdef";
/** Each whole run builds the studio and starts wrangler about eight times. */
const isLong = process.env["TEST_ALL"] !== undefined;

describe("settings that are not deployed", () => {
  const safe = { ALLOWED_USERS: "@example.com", MAX_GENERATIONS_PER_DAY: "500" };
  it.each<[string, Record<string, string>, Record<string, string>, RegExp]>([
    ["sign-in for everyone", { DEV_SIGN_IN: "true" }, {}, /^DEV_SIGN_IN is true/],
    ["a secret among the variables", { SKYTELLS_API_KEY: KEY }, {}, /^SKYTELLS_API_KEY is a secret/],
    [
      "an address of this machine",
      { PUBLIC_URL: "http://localhost:8787" },
      {},
      /^PUBLIC_URL is on this machine/,
    ],
    [
      "the simulator",
      { SKYTELLS_API_URL: "http://127.0.0.1:8788/v1" },
      {},
      /^SKYTELLS_API_URL is on this machine/,
    ],
    [
      "the simulator's key",
      {},
      { SKYTELLS_API_KEY: "sk-simulator" },
      /SKYTELLS_API_KEY: is the simulator's public key/,
    ],
    [
      "no limit for everyone",
      { ALLOWED_USERS: "a@b.example, *", MAX_GENERATIONS_PER_DAY: "0" },
      {},
      /without a limit/,
    ],
    ["a weak secret", {}, { SESSION_SECRET: "short" }, /SESSION_SECRET: is too weak/],
    ["half a provider", { OIDC_ISSUER: "https://id.example" }, {}, /OIDC_CLIENT_ID: is missing/],
    ["a typo", { MODELS: "=Fast" }, {}, /^MODELS: /],
  ])("names %s", (_, vars, secrets, danger) => {
    expect(dangersOf({ ...safe, ...vars }, secrets)).toContainEqual(expect.stringMatching(danger));
  });

  it("accepts everyone with a limit, and a private studio without one", () => {
    expect(dangersOf({ ALLOWED_USERS: "*", MAX_GENERATIONS_PER_DAY: "500" }, {})).toEqual([]);
    expect(dangersOf({ ALLOWED_USERS: "@a.example", MAX_GENERATIONS_PER_DAY: "0" }, {})).toEqual([]);
  });

  it("reads variables among wrangler's arguments", () => {
    expect(
      varsIn(["--tag", "v1", "--var", "PUBLIC_URL:https://a.example", "--var=DEV_SIGN_IN:true"]),
    ).toEqual({
      PUBLIC_URL: "https://a.example",
      DEV_SIGN_IN: "true",
    });
  });
});

describe("secrets", () => {
  const asks = (answer: string) => async () => answer;

  it("asks for the Skytells key only, and makes the others", async () => {
    expect(await secretsToDeploy([], {}, asks(` ${KEY} `))).toEqual({
      value: {
        SKYTELLS_API_KEY: KEY,
        SESSION_SECRET: expect.stringMatching(/^[\w+/=]{44}$/),
        ADMIN_TOKEN: expect.stringMatching(/^[\w+/=]{44}$/),
      },
    });
  });

  it("keeps deployed secrets", async () => {
    const deployed = ["SKYTELLS_API_KEY", "SESSION_SECRET", "ADMIN_TOKEN"];
    const never = () => Promise.reject(new Error("asked"));
    expect(await secretsToDeploy(deployed, {}, never)).toEqual({ value: {} });
  });

  it("replaces a deployed secret by one of the environment", async () => {
    const set = { SKYTELLS_API_KEY: KEY, OIDC_CLIENT_SECRET: "from-the-provider" };
    expect(await secretsToDeploy(["SKYTELLS_API_KEY", "SESSION_SECRET"], set, null)).toEqual({ value: set });
  });

  it.each([
    ["no terminal", null],
    ["an empty input", asks(" ")],
  ])("refuses a missing key with %s", async (_, ask) => {
    expect(await secretsToDeploy(["SESSION_SECRET"], {}, ask)).toEqual({
      error: expect.stringMatching(/^SKYTELLS_API_KEY is missing/),
    });
  });
});

describe("a whole run", { timeout: 300_000 }, () => {
  let api: CloudflareApi;
  let checkout: string;
  let live: LiveStudio;
  beforeAll(async () => {
    [api, live] = await Promise.all([startCloudflareApi(), startLiveStudio()]);
    checkout = copyCheckout();
  });
  afterAll(async () => {
    removeCheckout(checkout);
    await Promise.all([api.close(), live.close()]);
  });

  type Run = { code: number; output: string };

  async function deploy(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
    const child = spawn(process.execPath, ["scripts/deploy.ts", ...args], {
      cwd: checkout,
      env: {
        ...environment,
        CLOUDFLARE_API_BASE_URL: api.url,
        CLOUDFLARE_API_TOKEN: "a-token",
        CLOUDFLARE_ACCOUNT_ID: ACCOUNT_ID,
        CI: "true",
        NODE_OPTIONS: `--import=${pathToFileURL(join(root, "tests/scripts/support/live-address.ts")).href}`,
        LIVE_STUDIO: live.url,
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    const code = await new Promise<number>((resolve) => child.once("close", (value) => resolve(value ?? 1)));
    // What wrangler asks after an error is not part of a deploy.
    if (code === 0) expect(api.unknown, "requests that the stand-in does not know").toEqual([]);
    api.unknown.length = 0;
    for (const secret of [
      KEY,
      LINK_TOKEN,
      ...[...api.workers.values()].flatMap(({ secrets }) => [...secrets.values()]),
    ]) {
      expect(output, "a secret in the output").not.toContain(secret);
    }
    return { code, output };
  }

  const newName = () => `studio-${crypto.randomUUID().slice(0, 8)}`;
  const changes = () => api.requests.filter((request) => !request.startsWith("GET "));
  const tablesOf = (name: string) =>
    api.databases.get(name)?.sqlite.prepare("select name from sqlite_master where type = 'table'").all();

  it.runIf(isLong)("goes live on an empty account", async () => {
    const name = newName();
    const run = await deploy(["--name", name], { SKYTELLS_API_KEY: KEY });
    expect(run).toEqual({
      code: 0,
      output: expect.stringContaining(`Your studio: https://${name}.acme.workers.dev`),
    });
    expect(Object.fromEntries(api.workers.get(name)?.secrets ?? [])).toEqual({
      SKYTELLS_API_KEY: KEY,
      SESSION_SECRET: expect.stringMatching(/^[\w+/=]{44}$/),
    });
    expect(api.buckets).toContain(`${name}-outputs`);
    expect(tablesOf(name)).toContainEqual({ name: "generations" });
    expect(existsSync(join(checkout, ".cache/studios", name, "secrets.json"))).toBe(false);
    expect(run.output).toMatch(
      /^Looking up what the account has\nBuilding the studio\n(Creating: .*\n){2}Migrating the database\n/,
    );
    expect(run.output).toContain("answers, with version");
    expect(run.output).toContain("npm run admin -- invite EMAIL --operator");
  });

  it.runIf(isLong)("runs the doctor against the live studio, unless told not to", async () => {
    const name = newName();
    const env = { SKYTELLS_API_KEY: KEY, ADMIN_TOKEN: TOKEN, OPERATOR_EMAIL: "ann@example.com" };
    const first = await deploy(["--name", name], env);
    expect(first).toEqual({ code: 0, output: expect.stringMatching(/Checking the studio:\n(ok .*\n)+/) });
    expect(first.output).toContain("npm run admin -- invite ann@example.com --operator");

    live.checks = [{ id: "bucket", ok: false, what: "R2 failed.", fix: "Create it." }];
    const wrong = await deploy(["--name", name], env);
    expect(wrong.code).toBe(1);
    expect(wrong.output).toMatch(
      /WRONG +bucket +R2 failed\. +→ Create it\.\n(.+\n)*The studio is deployed\./,
    );
    expect(wrong.output).not.toContain("invite");
    expect(api.workers.get(name)?.deploys, "stays deployed").toBe(2);

    live.requests.length = 0;
    expect(await deploy(["--name", name, "--no-doctor"], env)).toMatchObject({ code: 0 });
    expect(live.requests).toEqual([]);
    live.checks = HEALTHY;
  });

  it("changes nothing without a Skytells key", async () => {
    const before = changes().length;
    const { code, output } = await deploy(["--name", newName()]);
    expect({ code, output }).toEqual({
      code: 1,
      output: expect.stringContaining("SKYTELLS_API_KEY is missing"),
    });
    expect(changes()).toHaveLength(before);
  });

  it.runIf(isLong)("updates without a question, and shares nothing with a second studio", async () => {
    const [first, second] = [newName(), newName()];
    for (const name of [first, second]) await deploy(["--name", name], { SKYTELLS_API_KEY: KEY });
    const secretOf = (name: string) => api.workers.get(name)?.secrets.get("SESSION_SECRET");
    const secret = secretOf(first);
    const update = await deploy(["--name", first]);
    expect(update).toEqual({ code: 0, output: expect.not.stringContaining("WARNING") });
    expect(api.workers.get(first)?.deploys).toBe(2);
    expect(secretOf(first), "sessions stay valid").toBe(secret);
    expect(secretOf(second)).not.toBe(secret);
    for (const name of [first, second]) {
      expect(tablesOf(name)).toContainEqual({ name: "users" });
      expect(api.buckets).toContain(`${name}-outputs`);
    }
  });

  it("refuses a dangerous setting before it needs a key", async () => {
    const requests = api.requests.length;
    const { code, output } = await deploy(["--name", newName(), "--var", "DEV_SIGN_IN:true"]);
    expect({ code, output }).toEqual({
      code: 1,
      output: expect.stringMatching(/nothing was changed:\s+- DEV_SIGN_IN is true/),
    });
    expect(api.requests, "the account was not asked").toHaveLength(requests);
  });

  it.runIf(isLong)("continues after a failure at each step", { timeout: 900_000 }, async () => {
    const name = newName();
    const repeat = "Run the same command again";
    const permissions = "needs these permissions";
    const steps: [matches: RegExp, status: number, code: number, advice: string][] = [
      [/GET .*\/secrets$/, 500, 1101, repeat],
      [/GET .*\/d1\/database\/studio/, 500, 1101, repeat],
      [/GET .*\/r2\/buckets/, 500, 1101, repeat],
      [/POST .*\/d1\/database$/, 403, 7403, permissions],
      [/POST .*\/r2\/buckets$/, 403, 10_042, permissions],
      [/POST .*\/query$/, 500, 1101, repeat],
      [/POST .*\/assets-upload-session$/, 500, 1101, repeat],
      [/PUT .*\/workers\/scripts/, 403, 10_000, permissions],
    ];
    for (const [matches, status, code, advice] of steps) {
      api.faults.splice(0, 1, { matches, status, code, message: "A fault." });
      const run = await deploy(["--name", name], { SKYTELLS_API_KEY: KEY });
      expect(run, String(matches)).toEqual({ code: 1, output: expect.stringContaining(advice) });
      expect(api.workers.get(name)).toBeUndefined();
    }
    api.faults.length = 0;
    expect((await deploy(["--name", name], { SKYTELLS_API_KEY: KEY })).code).toBe(0);
    expect(tablesOf(name)).toContainEqual({ name: "generations" });
    expect(api.workers.get(name)?.secrets.get("SKYTELLS_API_KEY")).toBe(KEY);
  });
});
