/** What webhook endpoints receive, when, and how often. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { app } from "../../worker/app.ts";
import {
  deliver,
  expectProblem,
  generate,
  isIdle,
  killStudio,
  newPrompt,
  newUser,
  reaches,
  read,
  rowsOf,
  type Visitor,
} from "./support/app.ts";
import { inStudio } from "./support/in-studio.ts";
import { advance, eventuallyByAlarm, isIdleByAlarm, reachesByAlarm } from "./support/clock.ts";
import { breakD1, skipTimers } from "./support/faults.ts";
import type { ReceiverMood } from "./setup-receiver.ts";
import {
  change,
  createEndpoint,
  deliveriesOf,
  endpointOf,
  ENDPOINTS,
  eventIn,
  newestDelivery,
  Receiver,
  send,
  succeed,
  verified,
} from "./support/receiver.ts";
import { set } from "./support/settings.ts";
import { createsOf, finish, webhookOf } from "./support/simulator.ts";

const HOUR_MS = 60 * 60_000;

async function admin(path: "suspend" | "restore", user: Visitor): Promise<void> {
  const token = "the-admin-token-of-these-tests";
  const request = {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ user: user.id }),
  };
  const url = `http://localhost:9/api/admin/${path}`;
  const response = await app.request(url, request, { ...env, ADMIN_TOKEN: token }, createExecutionContext());
  expect(response.status).toBe(200);
}

describe.concurrent("a generation that ends", () => {
  it("sends one signed event, without the prompt", async () => {
    const user = await newUser();
    const { id, receiver, secret } = await createEndpoint(user);
    const prompt = newPrompt("terminal");
    const made = await succeed(user, prompt);
    const [request, ...others] = await receiver.requests(1);
    expect(others).toEqual([]);
    const event = eventIn(request, secret);
    expect(event).toEqual({
      type: "generation.succeeded",
      timestamp: expect.any(String),
      data: {
        generation: {
          id: made.id,
          status: "succeeded",
          model: made.model,
          error: null,
          images: [`http://localhost:9/images/${made.id}/0`],
        },
      },
    });
    expect(request?.body).not.toContain(prompt);
    expect(request?.headers["content-type"]).toBe("application/json");
    const [path = ""] = event.data.generation.images.map((image) => new URL(image).pathname);
    expect((await user.call(path)).status).toBe(200);

    const delivery = await newestDelivery(user, id, { status: "delivered" });
    expect(delivery).toMatchObject({
      id: request?.headers["webhook-id"],
      type: "generation.succeeded",
      generation: made.id,
      attempts: 1,
      nextAttemptAt: null,
      responseStatus: 200,
      error: null,
    });
  });

  it("sends the prompt to endpoints that want it, and one event to each", async () => {
    const user = await newUser();
    const [plain, full] = [
      await createEndpoint(user),
      await createEndpoint(user, "ok", { includePrompt: true }),
    ];
    const prompt = newPrompt("terminal");
    await succeed(user, prompt);
    const [[one], [other]] = [await plain.receiver.requests(1), await full.receiver.requests(1)];
    expect(eventIn(one, plain.secret).data.generation.prompt).toBeUndefined();
    expect(eventIn(other, full.secret).data.generation.prompt).toBe(prompt);
    expect(one?.headers["webhook-id"]).not.toBe(other?.headers["webhook-id"]);
    expect(() => verified(one, full.secret)).toThrow();
  });

  it("says why it failed, and that it was canceled", async () => {
    const user = await newUser();
    const { receiver, secret } = await createEndpoint(user);
    const failed = await generate(user, newPrompt("terminal", "failed"));
    await reachesByAlarm(user, failed.id, "failed");
    await isIdle(user);
    const canceled = await generate(user, newPrompt("slow"));
    expect((await user.post(`/api/predictions/${canceled.id}/cancel`)).status).toBe(200);
    const events = (await receiver.requests(2)).map((request) => eventIn(request, secret));
    expect(events).toMatchObject([
      {
        type: "generation.failed",
        data: {
          generation: { id: failed.id, status: "failed", error: { code: "upstream_failed" }, images: [] },
        },
      },
      {
        type: "generation.canceled",
        data: { generation: { id: canceled.id, status: "canceled", error: null, images: [] } },
      },
    ]);
  });

  it("sends nothing again when its end is reported twice", async () => {
    const user = await newUser();
    const { id, receiver } = await createEndpoint(user);
    const made = await generate(user, newPrompt("delay=0.2"));
    const webhook = await webhookOf(made.id, "succeeded");
    await Promise.all([deliver(webhook), deliver(webhook), deliver(webhook)]);
    await newestDelivery(user, id, { status: "delivered" });
    await deliver(webhook);
    await killStudio(user);
    await deliver(webhook);
    await advance(user, 0);
    expect((await deliveriesOf(user, id)).deliveries).toHaveLength(1);
    expect(await receiver.requests()).toHaveLength(1);
  });

  it("sends a second event for a success after timed_out", async () => {
    const user = await newUser();
    await set(user, { OUTPUT_WINDOW_SECONDS: "300" });
    const { receiver, secret } = await createEndpoint(user);
    const made = await generate(user, newPrompt("stuck", "cancel-ignored"));
    await reachesByAlarm(user, made.id, "failed");
    await finish(made.id);
    await deliver(await webhookOf(made.id, "succeeded"));
    await reaches(user, made.id, "succeeded");
    const requests = await receiver.requests(2);
    const events = requests.map((request) => eventIn(request, secret));
    expect(events.map(({ type }) => type)).toEqual(["generation.failed", "generation.succeeded"]);
    expect(events[0]?.data.generation.error?.code).toBe("timed_out");
    expect(new Set(requests.map(({ headers }) => headers["webhook-id"])).size).toBe(2);
  });

  it("in an object that stops at once, is still sent by the next instance", async () => {
    const user = await newUser();
    const { receiver, secret } = await createEndpoint(user, "hang");
    const made = await succeed(user);
    await receiver.requests(1);
    await receiver.set("ok");
    await killStudio(user);
    await advance(user, 0);
    const [, again] = await receiver.requests(2);
    expect(eventIn(again, secret).data.generation.id).toBe(made.id);
    const ids = (await receiver.requests()).map(({ headers }) => headers["webhook-id"]);
    expect(new Set(ids).size).toBe(1);
  });

  it("sends nothing without endpoints, and makes no rows", async () => {
    const user = await newUser();
    await succeed(user);
    expect(await inStudio(user, (sql) => sql.exec("select * from deliveries").toArray())).toEqual([]);
  });
});

describe.concurrent("a deleted generation", () => {
  it("takes its prompt out of deliveries that wait", async () => {
    const user = await newUser();
    const { id, receiver, secret } = await createEndpoint(user, "error", { includePrompt: true });
    const prompt = newPrompt("terminal");
    const made = await succeed(user, prompt);
    expect(eventIn((await receiver.requests(1))[0], secret).data.generation.prompt).toBe(prompt);
    await newestDelivery(user, id, { status: "pending", attempts: 1 });
    await user.call(`/api/generations/${made.id}`, { method: "DELETE" });
    await receiver.set("ok");
    await advance(user, 10_000);
    const [, again] = await receiver.requests(2);
    expect(again?.body).not.toContain(prompt);
    expect(eventIn(again, secret).data.generation.id).toBe(made.id);
  });

  it.each([
    ["a delivery that waits", "error", 0],
    ["a delivery that has ended, after the job's row is gone", "ok", 25 * HOUR_MS],
  ] as const)("that ended before its id was known takes its prompt out of %s", async (_, mood, age) => {
    const user = await newUser();
    await set(user, { CREATE_TIMEOUT_SECONDS: "1" });
    const { id, receiver, secret } = await createEndpoint(user, mood, { includePrompt: true });
    const prompt = newPrompt("answer-lost", "stuck");
    const created = await user.post("/api/generate", { prompt });
    const { pending } = await expectProblem(created, "upstream_timeout");
    expect((await user.post(`/api/predictions/${pending?.id}/cancel`)).status).toBe(200);
    expect(eventIn((await receiver.requests(1))[0], secret).data.generation).toMatchObject({
      id: pending?.id,
      prompt,
    });
    const [create] = await createsOf(prompt);
    await eventuallyByAlarm(user, async () =>
      expect(await rowsOf(user)).toMatchObject([{ id: create?.id, status: "canceled" }]),
    );
    await isIdleByAlarm(user);
    await advance(user, age);
    const delivery = await newestDelivery(user, id, { type: "generation.canceled" });
    const jobs = await inStudio(user, (sql) => sql.exec("select id from jobs").toArray());
    expect(jobs).toHaveLength(age === 0 ? 1 : 0);

    expect((await user.call(`/api/generations/${create?.id}`, { method: "DELETE" })).status).toBe(204);
    const before = await receiver.requests();
    await receiver.set("ok");
    await send(user, `${id}/deliveries/${delivery.id}/resend`);
    const again = (await receiver.requests(before.length + 1)).at(-1);
    expect(JSON.parse(again?.body ?? "")).toMatchObject({ type: "generation.canceled" });
    expect(again?.body).not.toContain(prompt);
  });

  it("that was running is canceled for its endpoint, without the prompt", async () => {
    const user = await newUser();
    const { receiver, secret } = await createEndpoint(user, "ok", { includePrompt: true });
    const { id } = await generate(user, newPrompt("slow"));
    await user.call(`/api/generations/${id}`, { method: "DELETE" });
    expect(eventIn((await receiver.requests(1))[0], secret)).toMatchObject({
      type: "generation.canceled",
      data: { generation: expect.not.objectContaining({ prompt: expect.anything() }) },
    });
  });
});

describe.concurrent("a receiver", () => {
  it.each<[ReceiverMood, object]>([
    ["ok", { status: "delivered", responseStatus: 200, error: null }],
    ["no-content", { status: "delivered", responseStatus: 204, error: null }],
    ["slow", { status: "delivered", responseStatus: 200, error: null }],
    ["endless", { status: "delivered", responseStatus: 200, error: null }],
    ["half-body", { status: "delivered", responseStatus: 200, error: null }],
    ["error", { status: "pending", responseStatus: 500, error: "status" }],
    ["redirect", { status: "pending", responseStatus: 307, error: "redirect" }],
    ["reset", { status: "pending", responseStatus: null, error: "no_response" }],
    ["gone", { status: "failed", responseStatus: 410, error: "status" }],
  ])("of the mood %s leaves %o", async (mood, expected) => {
    const user = await newUser();
    const { id, receiver } = await createEndpoint(user, mood);
    await succeed(user);
    const delivery = await newestDelivery(user, id, { attempts: 1, ...expected });
    expect(delivery.nextAttemptAt !== null).toBe(delivery.status === "pending");
    expect(await receiver.requests()).toHaveLength(1);
    // A redirect is not followed.
    expect(await receiver.requests(0, `${receiver.key}-target`)).toEqual([]);
  });

  it("that nothing listens at leaves a retry", async () => {
    const user = await newUser();
    const { id } = await createEndpoint(user);
    await change(user, id, { url: "http://127.0.0.1:1/closed" });
    await succeed(user);
    await newestDelivery(user, id, { status: "pending", responseStatus: null, error: "no_response" });
  });

  it("that hangs delays no generation, no other endpoint and no call", async () => {
    const user = await newUser("pro");
    const hanging = [await createEndpoint(user, "hang"), await createEndpoint(user)];
    const [stuck, good] = hanging;
    for (let n = 0; n < 3; n += 1) await succeed(user);
    // All of it while the first request still waits for its response.
    expect(await stuck?.receiver.requests()).toHaveLength(1);
    expect(await good?.receiver.requests(3)).toHaveLength(3);
    expect((await deliveriesOf(user, stuck?.id ?? "")).deliveries).toMatchObject([
      { status: "pending", attempts: 0 },
      { status: "pending", attempts: 0 },
      { status: "pending", attempts: 0 },
    ]);
    const { id } = await generate(user, newPrompt("slow"));
    expect((await read(user, id)).status).not.toBe("failed");
    expect((await user.post(`/api/predictions/${id}/cancel`)).status).toBe(200);
  });
});

describe("a receiver that hangs", () => {
  it("is given up after ten seconds", async () => {
    skipTimers(10_000);
    const user = await newUser();
    const { id } = await createEndpoint(user, "hang");
    await send(user, `${id}/test`);
    await newestDelivery(user, id, { status: "failed", error: "timeout", responseStatus: null, attempts: 1 });
  });
});

describe("a response of the URL before", () => {
  it("does not disable the endpoint's new URL", async () => {
    const user = await newUser();
    const { id, receiver } = await createEndpoint(user, "gone");
    const [reached, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const real = fetch;
    vi.stubGlobal("fetch", async (input: string, init?: RequestInit) => {
      const response = await real(input, init);
      if (input !== receiver.url) return response;
      reached.resolve();
      await opened.promise;
      return response;
    });
    onTestFinished(() => void vi.unstubAllGlobals());
    await send(user, `${id}/test`);
    await reached.promise;
    await change(user, id, { url: new Receiver().url });
    opened.resolve();
    await newestDelivery(user, id, { status: "failed", responseStatus: 410 });
    expect(await endpointOf(user, id)).toMatchObject({ enabled: true, disabledReason: null });
  });
});

describe.concurrent("the URL rule", () => {
  it("is checked again before each request", async () => {
    const user = await newUser();
    const { id, receiver } = await createEndpoint(user);
    // As if the studio had moved from loopback to a public address.
    await set(user, { PUBLIC_URL: "https://studio.example" });
    await send(user, `${id}/test`);
    await newestDelivery(user, id, { status: "failed", error: "url_not_allowed", responseStatus: null });
    expect(await receiver.requests()).toEqual([]);
  });
});

describe("a suspended account", () => {
  it("sends nothing until it is restored, also if only D1 knows", async () => {
    const user = await newUser();
    const { id, receiver } = await createEndpoint(user, "error");
    await succeed(user);
    await newestDelivery(user, id, { attempts: 1 });
    await admin("suspend", user);
    await receiver.set("ok");
    await advance(user, HOUR_MS);
    await advance(user, HOUR_MS);
    expect(await receiver.requests()).toHaveLength(1);
    await admin("restore", user);
    expect(await receiver.requests(2)).toHaveLength(2);
    await newestDelivery(user, id, { status: "delivered", attempts: 2 });
  });

  it("sends while D1 is down if the object knows of no suspension", async () => {
    const user = await newUser();
    const { receiver, id } = await createEndpoint(user, "error");
    await succeed(user);
    await newestDelivery(user, id, { attempts: 1 });
    await receiver.set("ok");
    const end = breakD1();
    await advance(user, 6_000);
    expect(await receiver.requests(2)).toHaveLength(2);
    end();
  });
});

describe("the log", () => {
  it("has neither the URL's path and query nor the secret", async () => {
    const user = await newUser();
    const lines: string[] = [];
    const spy = vi.spyOn(console, "log").mockImplementation((line: string) => lines.push(line));
    onTestFinished(() => spy.mockRestore());
    const receiver = new Receiver();
    const url = `${receiver.url}?token=in-the-query`;
    const response = await user.post(ENDPOINTS, { url });
    const { endpoint, secret } = await response.json<{ endpoint: { id: string }; secret: string }>();
    await send(user, `${endpoint.id}/test`);
    await newestDelivery(user, endpoint.id, { status: "delivered" });
    const text = lines.join("\n");
    expect(text).toContain('"event":"webhook_sent","host":"127.0.0.1"');
    for (const hidden of [secret, "in-the-query", receiver.key]) expect(text).not.toContain(hidden);
  });
});
