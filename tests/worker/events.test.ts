import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { issueSession } from "../../worker/auth/session.ts";
import { settingsOf } from "../../worker/config/settings.ts";
import { studioOf } from "../../worker/studio/client.ts";
import { UserStudio } from "../../worker/studio/user-studio.ts";
import {
  call,
  deliver,
  eventually,
  expectProblem,
  generate,
  killStudio,
  newPrompt,
  newUser,
  openStudio,
  reaches,
} from "./support/app.ts";
import { webhookOf } from "./support/simulator.ts";

describe("GET /api/events", () => {
  it("starts with the running generations", async () => {
    const user = await newUser("pro");
    const { id } = await generate(user, newPrompt("stuck"));
    const { events } = await openStudio(user);
    await eventually(async () =>
      expect(events[0]).toMatchObject({
        type: "snapshot",
        limits: { concurrent: 3, inFlight: 1, unconfirmed: 0 },
        inFlight: [{ id, status: "queued" }],
      }),
    );
  });

  it("pushes favorites and share links that another tab sets", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("terminal"));
    await reaches(user, id, "succeeded");
    const { events } = await openStudio(user);
    await user.call(`/api/generations/${id}`, {
      method: "PATCH",
      body: '{"favorite":true}',
      headers: { "content-type": "application/json" },
    });
    await user.post(`/api/generations/${id}/share`);
    await eventually(async () =>
      expect(events.findLast((event) => event.type === "generation")).toMatchObject({
        generation: {
          id,
          favorite: true,
          shareUrl: expect.stringMatching(/^http:\/\/localhost:9\/s\/0[\w-]{22}$/),
        },
      }),
    );
  });

  it("pushes the current state if the push of an earlier change arrives last", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("terminal"));
    await reaches(user, id, "succeeded");
    const { events } = await openStudio(user);
    const pushed = () =>
      events.flatMap((event) => (event.type === "generation" ? [event.generation.favorite] : []));
    const studio = studioOf(env, user.id);
    const delayed = vi.spyOn(UserStudio.prototype, "announce").mockResolvedValueOnce();
    onTestFinished(() => delayed.mockRestore());
    for (const favorite of [true, false]) {
      await user.call(`/api/generations/${id}`, {
        method: "PATCH",
        body: JSON.stringify({ favorite }),
        headers: { "content-type": "application/json" },
      });
    }
    await eventually(async () => expect(pushed()).toEqual([false]));
    const [earlier] = delayed.mock.calls[0] ?? [];
    if (!earlier) throw new Error("no push");
    expect(earlier.favorite).toBe(true);
    await studio.announce(earlier);
    await eventually(async () => expect(pushed()).toEqual([false, false]));
  });

  it("reports full progress while the output of a finished prediction is being saved", async () => {
    const user = await newUser("pro");
    const { events } = await openStudio(user);
    const { id } = await generate(user, newPrompt("terminal", "output-500-once"));
    await reaches(user, id, "succeeded");
    const steps = events.flatMap((event) => (event.type === "generation" ? [event.generation] : []));
    const saving = steps.findIndex(({ status, progress }) => status === "processing" && progress === 100);
    expect(saving).toBeGreaterThanOrEqual(0);
    expect(steps.slice(saving + 1).map(({ status, progress }) => [status, progress])).toEqual([
      ["succeeded", null],
    ]);
  });

  it("pushes nothing to other users", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const { events } = await openStudio(other);
    const { id } = await generate(user);
    await deliver(await webhookOf(id, "succeeded"));
    await reaches(user, id, "succeeded");
    expect(events.map((event) => event.type)).toEqual(["snapshot"]);
  });

  it("responds to a ping", async () => {
    const user = await newUser();
    const { socket } = await openStudio(user);
    const pong = new Promise((resolve) =>
      socket.addEventListener("message", ({ data }) => data === "pong" && resolve(data)),
    );
    socket.send("ping");
    expect(await pong).toBe("pong");
  });

  it.each([
    ["text", "x".repeat(10_000)],
    ["a ping in another spelling", "PING"],
    ["bytes", new TextEncoder().encode("ping")],
  ])("closes a socket that sends %s, and leaves the user's other sockets open", async (_, message) => {
    const user = await newUser();
    const [client, other] = [await openStudio(user), await openStudio(user)];
    client.socket.send(message);
    expect(await client.closed).toMatchObject({ code: 1008 });
    const { id } = await generate(user, newPrompt("stuck"));
    await eventually(async () =>
      expect(other.events.some((event) => event.type === "generation" && event.generation.id === id)).toBe(
        true,
      ),
    );
  });

  it("closes the oldest of more than twenty", async () => {
    const user = await newUser();
    const studios: Awaited<ReturnType<typeof openStudio>>[] = [];
    for (let at = 0; at < 22; at += 1) studios.push(await openStudio(user));
    expect(await studios[0]?.closed).toMatchObject({ code: 4008 });
    expect(await studios[1]?.closed).toMatchObject({ code: 4008 });
    const { id } = await generate(user, newPrompt("stuck"));
    await eventually(async () =>
      expect(
        studios[2]?.events.some((event) => event.type === "generation" && event.generation.id === id),
      ).toBe(true),
    );
  });

  it("over the limit, closes a socket that answered no ping rather than an older one that did", async () => {
    const user = await newUser();
    const desktop = await openStudio(user);
    const pong = new Promise((resolve) =>
      desktop.socket.addEventListener("message", ({ data }) => data === "pong" && resolve(data)),
    );
    desktop.socket.send("ping");
    await pong;
    const phone: Awaited<ReturnType<typeof openStudio>>[] = [];
    for (let at = 0; at < 22; at += 1) phone.push(await openStudio(user));
    expect(await phone[0]?.closed).toMatchObject({ code: 4008 });
    const { id } = await generate(user, newPrompt("stuck"));
    await eventually(async () =>
      expect(desktop.events.some((event) => event.type === "generation" && event.generation.id === id)).toBe(
        true,
      ),
    );
  });

  it("continues after the object was evicted from memory", async () => {
    const user = await newUser();
    const { id } = await generate(user);
    await killStudio(user);
    const { events } = await openStudio(user);
    await deliver(await webhookOf(id, "succeeded"));
    await eventually(async () =>
      expect(events.findLast((event) => event.type === "generation")?.generation.status).toBe("succeeded"),
    );
  });

  it("ends with its session", async () => {
    const user = await newUser();
    const almostOver = Date.now() - (30 * 24 * 3600 - 2) * 1000;
    const token = await issueSession(settingsOf(env), { userId: user.id, epoch: 0 }, almostOver);
    const { closed, events } = await openStudio({
      ...user,
      call: (path, init) =>
        call(path, { ...init, headers: { ...init?.headers, cookie: `session=${token}` } }),
    });
    await eventually(async () => expect(Date.now()).toBeGreaterThan(almostOver + 30 * 24 * 3600 * 1000));
    const { id } = await generate(user, newPrompt("stuck"));
    expect(await closed).toMatchObject({ code: 4001 });
    expect(events.some((event) => event.type === "generation" && event.generation.id === id)).toBe(false);
  });

  it("requires a WebSocket upgrade, the studio's origin, and a session", async () => {
    const user = await newUser();
    await expectProblem(await user.call("/api/events"), "invalid_request");
    await expectProblem(
      await user.call("/api/events", { headers: { upgrade: "websocket", "sec-fetch-site": "cross-site" } }),
      "forbidden_origin",
    );
  });
});
