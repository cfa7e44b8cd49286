/** `/api/admin/doctor`: a healthy studio, and one fault at a time. */
import { createExecutionContext, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { selfTest } from "../../worker/api/schemas/doctor.ts";
import { examine as examineStudio } from "../../worker/use-cases/doctor/examine.ts";
import { app } from "../../worker/app.ts";
import { UserStudio } from "../../worker/studio/user-studio.ts";
import { StudioObject } from "../../worker/studio/studio-object.ts";
import { expectProblem, generate, limitsOf, newPrompt, newUser, ORIGIN, read } from "./support/app.ts";
import { examine, HEALTHY, post, statesOf } from "./support/doctor.ts";
import { type Intercept, interceptedEnv } from "./support/intercepted-env.ts";

const failing = (matches: RegExp): object => {
  const intercept: Intercept = async ({ what }, run) => {
    if (matches.test(what)) throw new Error("a fault of this test");
    return run();
  };
  const { DB, OUTPUTS } = interceptedEnv(env, intercept);
  return { DB, OUTPUTS };
};

/** Changes the responses of Skytells. */
function changeResponses(change: (response: Response) => Response): void {
  const original = globalThis.fetch;
  vi.stubGlobal("fetch", async (...args: Parameters<typeof fetch>) => change(await original(...args)));
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
}

it("finds nothing wrong in a healthy studio, and no row or object of the checks is left", async () => {
  const checks = await examine();
  expect(statesOf(checks), JSON.stringify(checks)).toEqual(HEALTHY);
  expect(await env.DB.prepare("select key from oauth_entries where key like 'doctor:%'").all()).toMatchObject(
    {
      results: [],
    },
  );
  expect((await env.OUTPUTS.list({ prefix: "doctor" })).objects).toEqual([]);
});

it.each<[id: string, fault: string, settings: object, what: RegExp, others?: object]>([
  ["bindings", "a missing binding", { RL_SHARE: undefined }, /RL_SHARE/],
  ["images", "no binding for Images", { IMAGES: undefined }, /IMAGES/, { bindings: false }],
  [
    "images",
    "a failure of Images",
    {
      IMAGES: {
        input: () => {
          throw new Error("a fault of this test");
        },
      },
    },
    /a fault of this test/,
  ],
  ["database", "a failure of D1", failing(/oauth_entries/), /a fault of this test/],
  ["database", "a database without tables", failing(/^/), /fault/, { migrations: false, bucket: false }],
  ["bucket", "a failure of R2", failing(/^put/), /a fault of this test/],
  [
    "bucket",
    "an object that R2 does not return",
    { OUTPUTS: { put() {}, get: () => null, delete() {} } },
    /return/,
  ],
  [
    "skytells",
    "a wrong key",
    { SKYTELLS_API_KEY: "sk-wrong" },
    /rejects the key \(401\)/,
    { models: "warning" },
  ],
  [
    "models",
    "a retired model",
    { MODELS: "truefusion-pro=Pro: Good, truefusion-1=Old: Retired" },
    /have truefusion-1\.$/,
  ],
])("%s: names %s", async (id, _, settings, what, others = {}) => {
  const checks = await examine(settings);
  expect(statesOf(checks)).toEqual({ ...HEALTHY, [id]: false, ...others });
  expect(checks[id]?.what).toMatch(what);
});

it("warns when the month's transformations are used up", async () => {
  const input = () => {
    throw Object.assign(new Error("usage limit"), { code: 9422 });
  };
  const checks = await examine({ IMAGES: { input } });
  expect(statesOf(checks)).toEqual({ ...HEALTHY, images: "warning" });
});

it("warns of settings that are probably a mistake", async () => {
  const settings = {
    PUBLIC_URL: "https://studio.example",
    DEV_SIGN_IN: "true",
    MAX_GENERATIONS_PER_DAY: "-1",
  };
  const checks = await examine(settings);
  expect(statesOf(checks)).toEqual({ ...HEALTHY, settings: "warning" });
  expect(checks["settings"]?.what).toMatch(/DEV_SIGN_IN.*SKYTELLS_API_URL.*paused/);
  expect(checks["webhook"]?.fix).toContain("-- https://studio.example");
});

it("names a clock that differs by more than five minutes", async () => {
  changeResponses((response) => {
    const headers = new Headers(response.headers);
    headers.set("date", new Date(Date.now() - 301_000).toUTCString());
    return new Response(response.body, { status: response.status, headers });
  });
  const checks = await examine();
  expect(statesOf(checks)).toEqual({ ...HEALTHY, clock: false });
  expect(checks["clock"]?.what).toMatch(/by 30[12] s/);
});

it("names Skytells when it does not answer", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Network connection lost.")));
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  const checks = await examine();
  expect(statesOf(checks)).toEqual({ ...HEALTHY, skytells: false, models: "warning", clock: "warning" });
});

it("names an alarm that does not fire", async () => {
  const spy = vi.spyOn(UserStudio.prototype, "testAlarm").mockResolvedValue(false);
  onTestFinished(() => spy.mockRestore());
  expect(statesOf(await examine())).toEqual({ ...HEALTHY, alarm: false });
});

it("does not wait longer than its time limit", async () => {
  const bindings = {
    ...env,
    OUTPUTS: { put: () => new Promise(() => {}), delete() {} } as unknown as R2Bucket,
  };
  const { checks } = await examineStudio(bindings, ORIGIN, 100);
  expect(checks.find(({ id }) => id === "bucket")?.what).toContain("100 ms");
});

describe("the alarm test of an object", () => {
  it("leaves no storage and no alarm", async () => {
    const studio = env.STUDIO.getByName("doctor:of-a-test");
    expect(await studio.testAlarm()).toBe(true);
    const left = await runInDurableObject(studio, async (_, { storage }) => ({
      tables: storage.sql
        .exec("select name from sqlite_master where name not like '\\_%' escape '\\'")
        .toArray(),
      alarm: await storage.getAlarm(),
    }));
    expect(left).toEqual({ tables: [], alarm: null });
  });

  it("is false if the alarm does not fire in time", async () => {
    const alarm = vi.spyOn(StudioObject.prototype, "alarm").mockResolvedValue();
    onTestFinished(() => alarm.mockRestore());
    expect(await env.STUDIO.getByName("doctor:without-alarm").testAlarm(10)).toBe(false);
  });

  it("changes nothing in a user's object", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("stuck"));
    expect(await env.STUDIO.getByName(user.id).testAlarm()).toBe(false);
    expect(await read(user, id)).toMatchObject({ id });
    expect(await limitsOf(user)).toMatchObject({ inFlight: 1 });
  });
});

it("says which setting is wrong", async () => {
  const problem = await expectProblem(await post("doctor", { SESSION_SECRET: "short" }), "internal");
  expect(problem.detail).toContain("SESSION_SECRET");
});

it("signs a webhook that the studio accepts and that changes nothing", async () => {
  const response = await post("doctor/self-test");
  const { url, headers, body } = selfTest.parse(await response.json());
  expect(url).toBe(`${ORIGIN}/api/webhooks`);
  const send = (text: string) =>
    app.request(url, { method: "POST", headers, body: text }, env, createExecutionContext());
  const accepted = await send(body);
  expect({ status: accepted.status, body: await accepted.json() }).toEqual({
    status: 200,
    body: { ok: true },
  });
  await expectProblem(await send(`${body} `), "invalid_signature");
});
