/** A user's object that is reset while it is called, as at a deploy. */
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import type { Session } from "../../worker/api/schemas/session.ts";
import {
  deliver,
  eventually,
  expectProblem,
  generate,
  isIdle,
  killStudio,
  newPrompt,
  newUser,
  reaches,
} from "./support/app.ts";
import { createsOf, webhookOf } from "./support/simulator.ts";

type Method = "generate" | "limits" | "cancel" | "announce";

/** The object's next `times` calls of this method fail as the platform lets them fail. Returns how often it was called. */
function failCalls(
  method: Method,
  times: number,
  marks: object = { durableObjectReset: true },
): () => number {
  let calls = 0;
  const namespace = env.STUDIO.constructor.prototype as { getByName: (name: string) => object };
  const real = namespace.getByName;
  const spy = vi.spyOn(namespace, "getByName").mockImplementation(function (
    this: typeof namespace,
    name: string,
  ) {
    const stub = real.call(this, name) as Record<string, (...args: unknown[]) => unknown>;
    return new Proxy(stub, {
      // A stub has a method of any name, `bind` and `apply` included: each is only ever called on it.
      get:
        (target, key: string) =>
        (...args: unknown[]) => {
          if (key !== method) return target[key]?.(...args);
          calls += 1;
          if (calls > times) return target[key]?.(...args);
          return Promise.reject(Object.assign(new Error("reset, for a test"), marks));
        },
    });
  });
  onTestFinished(() => spy.mockRestore());
  return () => calls;
}

const withKey = (key: string) => ({ "idempotency-key": key });

describe("a call of a reset object", () => {
  it("is repeated once if it is idempotent", async () => {
    const user = await newUser();
    const calls = failCalls("generate", 1);
    const response = await user.post("/api/generate", { prompt: newPrompt("terminal") }, withKey("one"));
    expect(response.status).toBe(202);
    expect(calls()).toBe(2);
    const { id } = (await response.json<{ generation: Generation }>()).generation;
    await reaches(user, id, "succeeded");
  });

  it("is not repeated without a key, on overload, or a second time", async () => {
    const user = await newUser();
    for (const [headers, marks, expected] of [
      [{}, { durableObjectReset: true }, 1],
      [withKey("two"), { retryable: true, overloaded: true }, 1],
      [withKey("two"), { retryable: true }, 2],
    ] as const) {
      const calls = failCalls("generate", 2, marks);
      await expectProblem(
        await user.post("/api/generate", { prompt: newPrompt() }, headers),
        "storage_unavailable",
      );
      expect(calls()).toBe(expected);
      vi.restoreAllMocks();
    }
  });

  it("leaves the session served, without limits", async () => {
    const user = await newUser();
    failCalls("limits", 2);
    const session = await (await user.call("/api/session")).json<Session>();
    expect(session).toMatchObject({ user: { id: user.id }, limits: null });
  });

  it("logs an announcement that could not be made, after the response to the change", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("terminal"));
    await reaches(user, id, "succeeded");
    await isIdle(user);
    const lines: string[] = [];
    vi.spyOn(console, "error").mockImplementation((line) => void lines.push(String(line)));
    onTestFinished(() => void vi.restoreAllMocks());
    failCalls("announce", 2);
    const response = await user.call(`/api/generations/${id}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: '{"favorite":true}',
    });
    expect(response.status).toBe(200);
    await eventually(async () => expect(lines.some((line) => line.includes("announce_failed"))).toBe(true));
  });
});

it("an object killed during a create: the same key is never final before its generation, and creates once", async () => {
  const user = await newUser();
  const prompt = newPrompt("answer-slow=2", "delay=0.2");
  const send = () => user.post("/api/generate", { prompt }, withKey("three"));
  const first = send().catch(() => null);
  await eventually(async () => expect(await createsOf(prompt)).toHaveLength(1));
  await killStudio(user);
  const isPassing = ({ status }: Response) => [409, 503, 504].includes(status);
  const response = await first;
  expect(response === null || isPassing(response), String(response?.status)).toBe(true);
  expect(isPassing(await send())).toBe(true);
  const [create] = await createsOf(prompt);
  const id = String(create?.id);
  await deliver(await webhookOf(id, "succeeded"));
  await eventually(async () => {
    const again = await send();
    expect(again.status).toBe(202);
    expect(await again.json()).toMatchObject({ generation: { id } });
  });
  await reaches(user, id, "succeeded");
  expect(await createsOf(prompt)).toHaveLength(1);
  await isIdle(user);
});
