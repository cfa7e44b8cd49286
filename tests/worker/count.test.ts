/** A generation of several images is one job with several outputs. The limits of a day count its images. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Session } from "../../worker/api/schemas/session.ts";
import { databaseFor } from "../../worker/db/client.ts";
import { insertGeneration } from "../../worker/db/generations.ts";
import { buildInput, optionsIn, unsupportedOption } from "../../worker/skytells/model-options.ts";
import {
  deliver,
  eventually,
  expectProblem,
  generate,
  isIdle,
  killStudio,
  limitsOf,
  list,
  newPrompt,
  newUser,
  objectsOf,
  openStudio,
  reaches,
  rowsOf,
  type Visitor,
} from "./support/app.ts";
import { reachesByAlarm } from "./support/clock.ts";
import { copyJob } from "./support/job-copies.ts";
import { set } from "./support/settings.ts";
import { createsOf, finish, webhookOf } from "./support/simulator.ts";

const post = (user: Visitor, body: object, key?: string) =>
  user.post("/api/generate", body, key === undefined ? {} : { "idempotency-key": key });
const todayOf = async (user: Visitor) => (await limitsOf(user))?.today;
const usedBy = async (user: Visitor) => (await todayOf(user))?.used;
const originalsOf = async (user: Visitor) =>
  (await objectsOf(user)).filter((key) => key.startsWith("outputs/"));

describe.concurrent("a generation of several images", () => {
  it("is one create and one row with all images, and takes one slot", async () => {
    const user = await newUser();
    const prompt = newPrompt("delay=0.3");
    const { id, options } = await generate(user, prompt, { count: 3 });
    expect(options).toMatchObject({ count: 3 });
    expect(await limitsOf(user)).toMatchObject({ inFlight: 1, today: { used: 3 } });
    await expectProblem(await post(user, { prompt: newPrompt() }), "limit_reached");
    expect((await createsOf(prompt)).map(({ input }) => input["number_of_images"])).toEqual([3]);
    const made = await reaches(user, id, "succeeded");
    expect(made.outputs.map(({ url }) => url)).toEqual([0, 1, 2].map((n) => `/images/${id}/${n}`));
    for (const { url, thumbnailUrl } of made.outputs) {
      expect((await user.call(url)).status).toBe(200);
      expect((await user.call(thumbnailUrl)).status).toBe(200);
    }
    await isIdle(user);
    expect(await rowsOf(user)).toHaveLength(1);
    expect((await list(user)).items).toMatchObject([{ id, options: { count: 3 }, outputs: [{}, {}, {}] }]);
    expect(await usedBy(user)).toBe(3);
    expect((await user.call(`/api/generations/${id}`, { method: "DELETE" })).status).toBe(204);
    await eventually(async () => expect(await objectsOf(user)).toEqual([]));
    expect(await usedBy(user)).toBe(3);
  });

  it("keeps what a job returned if that is less than requested, and counts that", async () => {
    const user = await newUser();
    const { events } = await openStudio(user);
    const { id } = await generate(user, newPrompt("terminal", "output-fewer=2"), { count: 4 });
    const made = await reaches(user, id, "succeeded");
    expect(made).toMatchObject({ options: { count: 4 }, outputs: [{}, {}] });
    expect(await usedBy(user)).toBe(2);
    await eventually(async () =>
      expect(events.findLast((event) => event.type === "limits")).toMatchObject({
        limits: { today: { used: 2 } },
      }),
    );
  });

  it("keeps the good images if one of them is broken", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("terminal", "output-broken=0"), { count: 3 });
    const made = await reachesByAlarm(user, id, "succeeded");
    expect(made.outputs.map(({ url }) => url)).toEqual([1, 2].map((n) => `/images/${id}/${n}`));
    expect(made.outputUrl).toBe(`/images/${id}/1`);
    expect((await user.call(`/images/${id}/0`)).status).toBe(404);
    expect(await originalsOf(user)).toHaveLength(2);
    expect(await usedBy(user)).toBe(2);
    await eventually(async () => expect(await rowsOf(user)).toMatchObject([{ output_url: made.outputUrl }]));
  });

  it("is the same request under the same Idempotency-Key, with the same count only", async () => {
    const user = await newUser();
    const [prompt, key] = [newPrompt("terminal"), crypto.randomUUID()];
    const responses = await Promise.all([
      post(user, { prompt, count: 2 }, key),
      post(user, { prompt, count: 2 }, key),
    ]);
    expect(responses.map(({ status }) => status)).toEqual([202, 202]);
    await expectProblem(await post(user, { prompt, count: 3 }, key), "idempotency_mismatch");
    await expectProblem(await post(user, { prompt }, key), "idempotency_mismatch");
    expect(await createsOf(prompt)).toHaveLength(1);
    expect(await usedBy(user)).toBe(2);
  });

  it("is found after a lost response, and counted once", async () => {
    const user = await newUser();
    await set(user, { CREATE_TIMEOUT_SECONDS: "1" });
    const prompt = newPrompt("answer-lost", "webhook-field-absent", "delay=0.3");
    const { pending } = await expectProblem(await post(user, { prompt, count: 2 }), "upstream_timeout");
    const found = await reachesByAlarm(user, String(pending?.id), "succeeded");
    expect(found).toMatchObject({ options: { count: 2 }, outputs: [{}, {}] });
    expect(await usedBy(user)).toBe(2);
  });

  it("can be canceled: all its images stay counted", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("stuck"), { count: 4 });
    expect((await user.post(`/api/predictions/${id}/cancel`)).status).toBe(200);
    await reaches(user, id, "canceled");
    await isIdle(user);
    expect(await usedBy(user)).toBe(4);
    expect(await objectsOf(user)).toEqual([]);
  });

  it("that times out is returned, and counted again when it succeeds late", async () => {
    const user = await newUser();
    await set(user, { OUTPUT_WINDOW_SECONDS: "300" });
    const { id } = await generate(user, newPrompt("stuck", "cancel-ignored"), { count: 2 });
    await reachesByAlarm(user, id, "failed");
    expect(await usedBy(user)).toBe(0);
    await finish(id);
    await deliver(await webhookOf(id, "succeeded"));
    expect((await reaches(user, id, "succeeded")).outputs).toHaveLength(2);
    expect(await usedBy(user)).toBe(2);
  });
});

describe.concurrent("the day's allowance", () => {
  it("rejects a count above the images that remain, with their number, and creates nothing", async () => {
    const user = await newUser("pro");
    await set(user, { PLAN_DAILY_GENERATIONS: "pro=5" });
    await reaches(user, (await generate(user, newPrompt("terminal"), { count: 3 })).id, "succeeded");
    const prompt = newPrompt("terminal");
    const problem = await expectProblem(await post(user, { prompt, count: 3 }), "quota_exceeded");
    expect(problem.detail).toContain("2 images left of today's 5, and asked for 3");
    expect(problem).toMatchObject({ limits: { today: { used: 3, limit: 5 } }, resetsAt: expect.any(String) });
    expect(await createsOf(prompt)).toEqual([]);
    await reaches(user, (await generate(user, prompt, { count: 2 })).id, "succeeded");
    const none = await expectProblem(await post(user, { prompt: newPrompt() }), "quota_exceeded");
    expect(none.detail).toContain("used today's 5 images");
  });

  it("is not exceeded by many requests at once", async () => {
    const user = await newUser("pro");
    await set(user, { PLAN_DAILY_GENERATIONS: "pro=7" });
    const prompt = newPrompt("delay=1");
    const responses = await Promise.all(
      Array.from({ length: 20 }, (_, n) => post(user, { prompt, count: 1 + (n % 4) })),
    );
    const creates = await createsOf(prompt);
    expect(responses.filter(({ status }) => status === 202)).toHaveLength(creates.length);
    const images = creates.map(({ input }) => Number(input["number_of_images"]));
    const sum = images.reduce((total, count) => total + count, 0);
    expect(sum).toBeLessThanOrEqual(7);
    expect(await usedBy(user)).toBe(sum);
  });

  it("gets back all images of a failed generation, of at most ten generations", async () => {
    const user = await newUser("pro");
    const { id } = await generate(user, newPrompt("terminal,failed"), { count: 4 });
    await reaches(user, id, "failed");
    expect(await usedBy(user)).toBe(0);
    await copyJob(user, 9);
    expect(await usedBy(user)).toBe(0);
    await reaches(user, (await generate(user, newPrompt("terminal,failed"), { count: 2 })).id, "failed");
    expect(await usedBy(user)).toBe(2);
  });

  it("counts one image for a job row without a count, with another version's, or that cannot be read", async () => {
    const user = await newUser("pro");
    const { id } = await generate(user, newPrompt("terminal"), { count: 4 });
    await reaches(user, id, "succeeded");
    await isIdle(user);
    const rewrite = (document: string) =>
      runInDurableObject(env.STUDIO.getByName(user.id), (_, state) => {
        state.storage.sql.exec(`update jobs set document = ${document}`);
      });
    for (const [document, images] of [
      ["json_remove(document, '$.options.count')", 1],
      ["json_remove(document, '$.outputs')", 1],
      ["json_set(document, '$.options.count', 'many')", 1],
      ["'{]'", 1],
    ] as const) {
      await rewrite(document);
      await killStudio(user);
      expect(await usedBy(user), document).toBe(images);
    }
  });
});

describe("MAX_GENERATIONS_PER_DAY", () => {
  it("counts images, and rejects a count above those that remain", async () => {
    const user = await newUser("pro");
    await env.DB.prepare("delete from days").run();
    await set(user, { MAX_GENERATIONS_PER_DAY: "5" });
    await generate(user, newPrompt("stuck"), { count: 4 });
    const prompt = newPrompt("stuck");
    const response = await post(user, { prompt, count: 2 });
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    const { detail } = await expectProblem(response, "budget_exhausted");
    expect(detail).toContain("1 image more today, and you asked for 2");
    expect(await createsOf(prompt)).toEqual([]);
    await generate(user, prompt);
    await expectProblem(await post(user, { prompt: newPrompt() }), "budget_exhausted");
  });

  it("counts the images once, however often the insert is repeated", async () => {
    const user = await newUser();
    const countOf = () =>
      env.DB.prepare("select coalesce(sum(created), 0) as n from days").first<number>("n") as Promise<number>;
    const before = await countOf();
    const prototype = env.DB.constructor.prototype as D1Database;
    const batch = prototype.batch;
    let isLost = true;
    const spy = vi.spyOn(prototype, "batch").mockImplementation(async function (
      this: D1Database,
      statements,
    ) {
      const response = await batch.call(this, statements);
      if (!isLost) return response;
      isLost = false;
      throw new Error("D1_ERROR: connection lost");
    } as typeof batch);
    onTestFinished(() => spy.mockRestore());
    const insert = () =>
      insertGeneration(databaseFor(env, user.id), user.id, {
        id: `count-${user.id}`,
        prompt: "a fox",
        model: "truefusion-pro",
        status: "queued",
        progress: null,
        outputs: [],
        error: null,
        favorite: false,
        shareToken: null,
        options: { count: 4 },
        createdAt: Date.now(),
        completedAt: null,
      });
    await expect(insert()).rejects.toThrow("D1 call failed");
    await insert();
    await insert();
    expect(await countOf()).toBe(before + 4);
  });
});

describe("the count of a model", () => {
  it("is in the session, with the schema's maximum", async () => {
    const user = await newUser();
    await eventually(async () => {
      const { models } = await (await user.call("/api/session")).json<Session>();
      expect(models.map(({ options }) => options.count)).toEqual([4, undefined, 4]);
    });
  });

  it.each([
    ["0", 0],
    ["5", 5],
    ["a fraction", 1.5],
    ["text", "2"],
    ["null", null],
  ])("is rejected if it is %s", async (_, count) => {
    const user = await newUser();
    const prompt = newPrompt();
    await expectProblem(await post(user, { prompt, count }), "invalid_request");
    expect(await createsOf(prompt)).toEqual([]);
  });

  it("is rejected if the model makes one image only, which 1 asks for, too", async () => {
    const user = await newUser();
    const model = "truefusion-edge";
    const prompt = newPrompt("terminal");
    const { detail } = await expectProblem(await post(user, { prompt, model, count: 2 }), "invalid_request");
    expect(detail).toContain("2 images at once");
    expect((await generate(user, prompt, { model, count: 1 })).options).not.toHaveProperty("count");
  });

  const ask = (count: number) => ({ prompt: "a fox", model: "truefusion-pro" as const, count });

  it.each([
    ["number_of_images with a maximum", { number_of_images: { maximum: 3 } }, 3],
    ["num_outputs with a maximum above four", { num_outputs: { maximum: 10 } }, 4],
    ["num_outputs without a maximum", { num_outputs: {} }, 4],
    ["a maximum of one", { number_of_images: { maximum: 1 } }, undefined],
    ["a maximum of zero", { number_of_images: { maximum: 0 } }, undefined],
    ["no count", { seed: {} }, undefined],
  ])("comes from a schema with %s", (_, schema, most) => {
    expect(optionsIn(schema).count).toBe(most);
    for (const count of [2, 3, 4]) {
      expect(unsupportedOption(schema, ask(count))).toBe(count <= (most ?? 1) ? null : "count");
    }
  });

  it("is one of the schema's numbers if that lists them", () => {
    const schema = { num_outputs: { enum: [1, 4] } };
    expect(optionsIn(schema).count).toBe(4);
    expect([2, 3, 4].map((count) => unsupportedOption(schema, ask(count)))).toEqual(["count", "count", null]);
  });

  it("is sent under the schema's own name, also if none was asked for", () => {
    expect(buildInput(ask(3), { num_outputs: {} }).input).toMatchObject({ num_outputs: 3 });
    expect(buildInput({ prompt: "a fox", model: "truefusion-pro" }, { num_outputs: {} }).input).toMatchObject(
      {
        num_outputs: 1,
      },
    );
    expect(buildInput(ask(2), { number_of_images: {} }).input).not.toHaveProperty("num_outputs");
  });
});
