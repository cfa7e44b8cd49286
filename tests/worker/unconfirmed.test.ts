import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { ProblemCode } from "../../worker/shared/error-codes.ts";
import {
  deliver,
  eventually,
  expectProblem,
  killStudio,
  isIdle,
  limitsOf,
  newPrompt,
  newUser,
  openStudio,
  reaches,
  read,
  rowsOf,
  type Visitor,
} from "./support/app.ts";
import { eventuallyByAlarm, isIdleByAlarm, reachesByAlarm } from "./support/clock.ts";
import { set } from "./support/settings.ts";
import { callsOf, createsOf, ended, finish, webhookOf } from "./support/simulator.ts";

/** Generates, and expects that the response was lost. */
async function lose(user: Visitor, prompt: string, code: ProblemCode, headers = {}): Promise<string> {
  const problem = await expectProblem(await user.post("/api/generate", { prompt }, headers), code);
  expect(Date.parse(problem.pending?.until ?? "")).toBeGreaterThan(Date.now());
  return problem.pending?.id ?? "";
}

describe.concurrent("a create whose response was lost", () => {
  it.each([
    ["answer-lost", "upstream_timeout", 1],
    ["answer-slow=2", "upstream_timeout", 1],
    ["create-500=created", "upstream_error", 20],
    ["create-502=created", "upstream_error", 20],
    ["create-504=created", "upstream_timeout", 20],
    ["create-408=created", "upstream_error", 20],
    ["create-html=created", "upstream_error", 20],
    ["create-unparsable", "upstream_error", 20],
  ] as const)("%s: is found in the list and becomes the image", async (mood, code, timeoutSeconds) => {
    const user = await newUser();
    // Only a response that does not come waits for it.
    await set(user, { CREATE_TIMEOUT_SECONDS: String(timeoutSeconds) });
    const prompt = newPrompt(mood, "delay=0.3");
    const studio = await openStudio(user);
    const pending = await lose(user, prompt, code);
    const [create] = await createsOf(prompt);
    await ended(String(create?.id));
    const found = await reachesByAlarm(user, pending, "succeeded");
    expect(found.id).toBe(create?.id);
    expect(await read(user, found.id)).toEqual(found);
    expect(studio.events).toContainEqual(expect.objectContaining({ type: "generation", replaces: pending }));
    expect(await createsOf(prompt)).toHaveLength(1);
    expect(await rowsOf(user)).toHaveLength(1);
    await isIdle(user);
  });

  it("holds its slot and is shown as unconfirmed", async () => {
    const user = await newUser();
    const pending = await lose(user, newPrompt("answer-never"), "upstream_timeout");
    expect(await limitsOf(user)).toMatchObject({ concurrent: 1, inFlight: 1, unconfirmed: 1 });
    expect(await read(user, pending)).toMatchObject({ id: pending, status: "queued" });
    await expectProblem(await user.post("/api/generate", { prompt: newPrompt() }), "limit_reached");
  });

  it("is given up and frees its slot if Skytells created nothing", async () => {
    const user = await newUser();
    const studio = await openStudio(user);
    const key = { "idempotency-key": crypto.randomUUID() };
    const prompt = newPrompt("answer-never");
    const pending = await lose(user, prompt, "upstream_timeout", key);
    // The same click again: the same response, and no second create.
    expect(await lose(user, prompt, "upstream_timeout", key)).toBe(pending);
    expect(await reachesByAlarm(user, pending, "failed")).toMatchObject({ error: { code: "unconfirmed" } });
    await isIdle(user);
    expect(studio.events).toContainEqual(
      expect.objectContaining({
        type: "generation",
        generation: expect.objectContaining({ id: pending, status: "failed" }),
      }),
    );
    expect(await rowsOf(user)).toEqual([]);
    // The key is released: asking again is a new job.
    expect(await lose(user, prompt, "upstream_timeout", key)).not.toBe(pending);
  });

  it("is given up if Skytells returns neither webhook nor input, also after its webhook", async () => {
    const user = await newUser();
    const prompt = newPrompt("answer-lost", "webhook-field-absent", "input-empty", "delay=0.2");
    const pending = await lose(user, prompt, "upstream_timeout");
    await reachesByAlarm(user, pending, "failed");
    const [create] = await createsOf(prompt);
    await deliver(await webhookOf(String(create?.id), "succeeded"));
    expect((await read(user, pending)).status).toBe("failed");
    expect(await rowsOf(user)).toEqual([]);
  });

  it("is identified by all its inputs when Skytells does not return the webhook URL", async () => {
    const users = await Promise.all([newUser(), newUser(), newUser()]);
    for (const user of users) await set(user, { CREATE_TIMEOUT_SECONDS: "1", UNCONFIRMED_SECONDS: "15" });
    const prompt = newPrompt("answer-lost", "webhook-field-absent", "delay=0.5");
    const pendings = await Promise.all(users.map((user) => lose(user, prompt, "upstream_timeout")));
    const creates = await createsOf(prompt);
    await Promise.all(creates.map(({ id }) => ended(id)));
    const found = await Promise.all(
      users.map((user, at) => reaches(user, String(pendings[at]), "succeeded")),
    );
    expect(new Set(found.map(({ id }) => id)).size).toBe(3);
    for (const [at, user] of users.entries()) {
      const own = creates.find((create) => create.webhookUrl?.includes(user.id));
      expect(found[at]?.id).toBe(own?.id);
    }
  });

  it("is canceled at Skytells once it is found, if the user canceled it while pending", async () => {
    const user = await newUser();
    const prompt = newPrompt("answer-lost", "stuck");
    const pending = await lose(user, prompt, "upstream_timeout");
    const response = await user.post(`/api/predictions/${pending}/cancel`);
    expect(response.status).toBe(200);
    expect(await read(user, pending)).toMatchObject({ status: "canceled" });
    await isIdleByAlarm(user);
    const [create] = await createsOf(prompt);
    expect(await callsOf(String(create?.id))).toMatchObject({ cancels: 1 });
  });

  it("is deleted in the studio and at Skytells, if the user deleted it while pending", async () => {
    const user = await newUser();
    const prompt = newPrompt("answer-lost", "stuck");
    const pending = await lose(user, prompt, "upstream_timeout");
    expect((await user.call(`/api/generations/${pending}`, { method: "DELETE" })).status).toBe(204);
    await expectProblem(await user.call(`/api/predictions/${pending}`), "not_found");
    await isIdleByAlarm(user);
    const [create] = await createsOf(prompt);
    expect(await callsOf(String(create?.id))).toMatchObject({
      cancels: 1,
      deletes: 1,
    });
    expect(await rowsOf(user)).toEqual([]);
  });
});

// These stub fetch, which all tests of a file share: one after the other.
describe("a create whose response was lost, and that is in no list", () => {
  it("is confirmed by its webhook, also when the object was killed and the list is down", async () => {
    const user = await newUser();
    const prompt = newPrompt("answer-lost", "delay=0.2");
    const real = fetch;
    vi.stubGlobal("fetch", (input: string, init?: RequestInit) =>
      String(input).includes("/predictions?") ? new Response("", { status: 500 }) : real(input, init),
    );
    onTestFinished(() => void vi.unstubAllGlobals());
    const pending = await lose(user, prompt, "upstream_timeout");
    const [create] = await createsOf(prompt);
    const webhook = await webhookOf(String(create?.id), "succeeded");
    await killStudio(user);
    expect((await deliver(webhook)).status).toBe(200);
    expect((await reaches(user, pending, "succeeded")).id).toBe(create?.id);
  });

  it("is confirmed while D1 is down, and its row is written later", async () => {
    const user = await newUser();
    const prompt = newPrompt("answer-lost", "delay=0.2");
    const prototype = env.DB.constructor.prototype as D1Database;
    const prepare = prototype.prepare;
    const spy = vi.spyOn(prototype, "prepare").mockImplementation(function (this: D1Database, sql: string) {
      if (/^insert/i.test(sql)) throw new Error("D1_ERROR: no response");
      return prepare.call(this, sql);
    });
    onTestFinished(() => spy.mockRestore());
    const pending = await lose(user, prompt, "upstream_timeout");
    const [create] = await createsOf(prompt);
    await ended(String(create?.id));
    await reachesByAlarm(user, pending, "succeeded");
    expect(await rowsOf(user)).toEqual([]);
    spy.mockRestore();
    await eventuallyByAlarm(user, async () =>
      expect(await rowsOf(user)).toMatchObject([{ id: create?.id, status: "succeeded" }]),
    );
  });

  it("does not take another user's prediction with the same prompt and seed", async () => {
    const [loser, owner] = await Promise.all([newUser(), newUser()]);
    const prompt = newPrompt("answer-slow=2", "webhook-field-absent", "delay=0.2");
    const real = fetch;
    vi.stubGlobal("fetch", (input: string, init?: RequestInit) =>
      init?.method === "POST" && JSON.stringify(init.body).includes(loser.id)
        ? Promise.reject(new Error("cut before it was sent"))
        : real(input, init),
    );
    onTestFinished(() => void vi.unstubAllGlobals());
    const body = { prompt, seed: 1 };
    const [lost, made] = await Promise.all([
      loser.post("/api/generate", body).then((response) => expectProblem(response, "upstream_timeout")),
      owner.post("/api/generate", body),
    ]);
    expect(made.status).toBe(202);
    const { generation } = await made.json<{ generation: { id: string } }>();
    await deliver(await webhookOf(generation.id, "succeeded"));
    await reaches(owner, generation.id, "succeeded");
    expect(await reachesByAlarm(loser, lost.pending?.id ?? "", "failed")).toMatchObject({
      error: { code: "unconfirmed" },
    });
    expect(await rowsOf(loser)).toEqual([]);
  });

  it("is deleted completely when its D1 row was written without a response", async () => {
    const user = await newUser();
    const prompt = newPrompt("answer-lost", "webhook-field-absent", "stuck");
    const prototype = env.DB.constructor.prototype as D1Database;
    const batch = prototype.batch;
    const written = Promise.withResolvers<void>();
    const spy = vi.spyOn(prototype, "batch").mockImplementation(async function (
      this: D1Database,
      statements,
    ) {
      const results = await batch.call(this, statements);
      if ((await rowsOf(user)).length === 0) return results as never;
      written.resolve();
      spy.mockRestore();
      throw new Error("D1_ERROR: no response");
    });
    onTestFinished(() => spy.mockRestore());
    const pending = await lose(user, prompt, "upstream_timeout");
    await written.promise;
    expect((await user.call(`/api/generations/${pending}`, { method: "DELETE" })).status).toBe(204);
    const [create] = await createsOf(prompt);
    await eventually(async () => {
      expect(await rowsOf(user)).toEqual([]);
      expect(await callsOf(String(create?.id))).toMatchObject({ cancels: 1, deletes: 1 });
    });
    await isIdle(user);
  });

  it("is found in a list that ignores pages and returns it twice", async () => {
    const user = await newUser();
    const prompt = newPrompt("answer-lost", "webhook-field-absent", "delay=0.5");
    const real = fetch;
    vi.stubGlobal("fetch", async (input: string, init?: RequestInit) => {
      const response = await real(input, init);
      if (!String(input).includes("/predictions?")) return response;
      const { data } = await response.json<{ data: unknown[] }>();
      return Response.json(Array.from({ length: 50 }, (_, at) => data[at % data.length]));
    });
    onTestFinished(() => void vi.unstubAllGlobals());
    const pending = await lose(user, prompt, "upstream_timeout");
    const [create] = await createsOf(prompt);
    await ended(String(create?.id));
    expect((await reachesByAlarm(user, pending, "succeeded")).id).toBe(create?.id);
  });

  it.each([
    ["at once", []],
    ["though Skytells does not answer at first", ["get-503=2"]],
    ["though Skytells says that it does not know it, at first", ["get-unknown=2"]],
  ])("given up, and succeeded by a late webhook, %s: it holds no slot", async (_, moods) => {
    const user = await newUser();
    await set(user, { OUTPUT_WINDOW_SECONDS: "300" });
    const prompt = newPrompt("answer-lost", "delay=60", ...moods);
    const real = fetch;
    vi.stubGlobal("fetch", (input: string, init?: RequestInit) =>
      String(input).includes("/predictions?") ? Response.json([]) : real(input, init),
    );
    onTestFinished(() => void vi.unstubAllGlobals());
    const studio = await openStudio(user);
    const pending = await lose(user, prompt, "upstream_timeout");
    await reachesByAlarm(user, pending, "failed");
    const [create] = await createsOf(prompt);
    await finish(String(create?.id));
    expect((await deliver(await webhookOf(String(create?.id), "succeeded"))).status).toBe(200);
    expect(await reachesByAlarm(user, pending, "succeeded")).toMatchObject({ id: create?.id, error: null });
    const used = studio.events.flatMap((event) => (event.type === "limits" ? [event.limits.inFlight] : []));
    expect(used.slice(used.indexOf(0))).not.toContain(1);
  });
});
