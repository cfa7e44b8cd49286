/** The Worker through its public HTTP interface. */
import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect } from "vitest";
import type { ProblemCode } from "../../../worker/shared/error-codes.ts";
import { PROBLEM_STATUS } from "../../../worker/shared/error-codes.ts";
import type { Generation, GenerationPage } from "../../../worker/api/schemas/generation.ts";
import type { Problem } from "../../../worker/api/schemas/problem.ts";
import type { Session } from "../../../worker/api/schemas/session.ts";
import type { StudioEvent } from "../../../worker/api/schemas/event.ts";
import { type ApiKey, newApiKeyResponse } from "../../../worker/api/schemas/api-key.ts";
import { SCOPES, type Scope } from "../../../worker/shared/api-keys.ts";
import type { HeldWebhook } from "./simulator.ts";

export const ORIGIN = "http://localhost:9";

export function call(path: string, init?: Init): Promise<Response> {
  return exports.default.fetch(new Request(new URL(path, ORIGIN), { redirect: "manual", ...init }));
}

/** Plain headers, so that they can be spread. */
type Init = Omit<RequestInit, "headers"> & { headers?: Record<string, string> };

export type Visitor = {
  email: string;
  id: string;
  cookie: string;
  call: (path: string, init?: Init) => Promise<Response>;
  post: (path: string, body?: unknown, headers?: Record<string, string>) => Promise<Response>;
};

/** A new user, signed in. */
export async function newUser(
  plan: "free" | "pro" = "free",
  email = `${crypto.randomUUID()}@example.com`,
): Promise<Visitor> {
  const response = await call("/api/auth/dev", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email }),
  });
  expect(response.status).toBe(204);
  const cookie = (response.headers.get("set-cookie") ?? "").split(";")[0] as string;
  if (plan === "pro") await env.DB.prepare("update users set plan = 'pro' where email = ?").bind(email).run();
  const withCookie: Visitor["call"] = (path, init) =>
    call(path, { ...init, headers: { ...init?.headers, cookie } });
  const session = await (await withCookie("/api/session")).json<Session>();
  return {
    email,
    cookie,
    id: session.user?.id ?? "",
    call: withCookie,
    post: (path, body, headers) =>
      withCookie(path, {
        method: "POST",
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
        headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      }),
  };
}

export async function makeOperator({ id }: Visitor): Promise<void> {
  await env.DB.prepare("update users set operator = 1 where id = ?").bind(id).run();
}

/** Creates an API key, with all scopes unless told otherwise. */
export async function createKey(
  user: Visitor,
  body: Partial<{ name: string; scopes: Scope[]; expiresAt: string }> = {},
): Promise<{ key: ApiKey; secret: string }> {
  const response = await user.post("/api/keys", { name: "a key", scopes: SCOPES, ...body });
  expect(response.status, await response.clone().text()).toBe(201);
  expect(response.headers.get("cache-control")).toBe("no-store");
  return newApiKeyResponse.parse(await response.json());
}

/** Requests with an API key instead of a session. */
export const withKey =
  (secret: string): Visitor["call"] =>
  (path, init) =>
    call(path, { ...init, headers: { ...init?.headers, authorization: `Bearer ${secret}` } });

let promptCount = 0;
/** A prompt that no other test uses, with moods for the simulator. */
export function newPrompt(...moods: string[]): string {
  promptCount += 1;
  const marker = moods.length > 0 ? ` [mood:${moods.join(",")}]` : "";
  return `picture ${promptCount} ${crypto.randomUUID()}${marker}`;
}

/** Generates and expects 202. */
export async function generate(user: Visitor, prompt = newPrompt(), more: object = {}): Promise<Generation> {
  const response = await user.post("/api/generate", { prompt, ...more });
  expect(response.status, await response.clone().text()).toBe(202);
  return (await response.json<{ generation: Generation }>()).generation;
}

/** Expects this problem, whole: status, type, body. */
export async function expectProblem(response: Response, code: ProblemCode): Promise<Problem> {
  const problem = await response.json<Problem>().catch(() => null);
  expect(problem?.code, `status ${response.status}`).toBe(code);
  expect(response.status).toBe(PROBLEM_STATUS[code]);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(problem?.status).toBe(PROBLEM_STATUS[code]);
  expect(problem?.detail).toBeTruthy();
  return problem as Problem;
}

export async function read(user: Visitor, id: string): Promise<Generation> {
  const response = await user.call(`/api/predictions/${id}`);
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json<{ generation: Generation }>()).generation;
}

export async function list(user: Visitor, query = ""): Promise<GenerationPage> {
  const response = await user.call(`/api/generations${query}`);
  expect(response.status).toBe(200);
  return response.json<GenerationPage>();
}

const LONGEST_MS = 20_000;
const PAUSES_MS = { first: 20, longest: 300 };

/**
 * Waits until an expectation holds. It is looked at soon, and then ever less often: many tests wait side by side, and
 * what they look with is what they test.
 */
export async function eventually<T>(expectation: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + LONGEST_MS;
  for (let pause = PAUSES_MS.first; ; pause = Math.min(pause * 2, PAUSES_MS.longest)) {
    try {
      return await expectation();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Waits until the generation has this status. */
export async function reaches(user: Visitor, id: string, status: Generation["status"]): Promise<Generation> {
  return eventually(async () => {
    const generation = await read(user, id);
    expect(generation.status, JSON.stringify(generation.error)).toBe(status);
    return generation;
  });
}

export async function limitsOf(user: Visitor) {
  return (await (await user.call("/api/session")).json<Session>()).limits;
}

/** Waits until no slot is in use. */
export async function isIdle(user: Visitor): Promise<void> {
  await eventually(async () => expect((await limitsOf(user))?.inFlight).toBe(0));
}

/** Delivers a webhook as Skytells would. */
export function deliver({ url, body, signature }: HeldWebhook, headers: Record<string, string> = {}) {
  return call(url, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", "x-skytells-signature": signature ?? "", ...headers },
  });
}

export async function sign(key: string, body: string): Promise<string> {
  const secret = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(key),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const bytes = new Uint8Array(await crypto.subtle.sign("HMAC", secret, new TextEncoder().encode(body)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Everything stored of a user in R2. */
export async function objectsOf(user: Visitor): Promise<string[]> {
  const pages = await Promise.all(
    [`outputs/${user.id}/`, `thumbs/${user.id}/`].map((prefix) => env.OUTPUTS.list({ prefix })),
  );
  return pages.flatMap((page) => page.objects.map((object) => object.key)).sort();
}

export async function rowsOf(user: Visitor) {
  const { results } = await env.DB.prepare("select * from generations where user_id = ? order by created_at")
    .bind(user.id)
    .all<Record<string, unknown>>();
  return results;
}

/** Kills the user's object where it stands: what was only in its memory is gone. */
export async function killStudio(user: Visitor): Promise<void> {
  await runInDurableObject(env.STUDIO.getByName(user.id), (_, state) =>
    state.abort("killed by a test"),
  ).catch(() => {});
}

/** Opens a socket and collects its messages. */
export async function openStudio(user: Visitor, headers: Record<string, string> = {}) {
  const response = await user.call("/api/events", { headers: { upgrade: "websocket", ...headers } });
  const socket = response.webSocket;
  if (!socket) throw new Error(`no socket: ${response.status}`);
  const events: StudioEvent[] = [];
  const closed = new Promise<{ code: number }>((resolve) =>
    socket.addEventListener("close", ({ code }) => resolve({ code })),
  );
  socket.addEventListener("message", ({ data }) => {
    if (data !== "pong") events.push(JSON.parse(String(data)));
  });
  socket.accept();
  return { socket, events, closed };
}
