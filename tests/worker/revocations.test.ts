/** While D1 does not answer, the user's object itself refuses ended sessions and suspended users. */
import { createExecutionContext, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../worker/app.ts";
import {
  call,
  eventually,
  expectProblem,
  isIdle,
  killStudio,
  newPrompt,
  newUser,
  read,
  rowsOf,
  type Visitor,
} from "./support/app.ts";
import { breakD1 } from "./support/faults.ts";
import { set } from "./support/settings.ts";

const ADMIN_TOKEN = "the-admin-token-of-these-tests";

async function admin(path: "suspend" | "restore", user: Visitor): Promise<void> {
  const request = {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({ user: user.id }),
  };
  const bindings = { ...env, ADMIN_TOKEN };
  const url = `http://localhost:9/api/admin/${path}`;
  expect((await app.request(url, request, bindings, createExecutionContext())).status).toBe(200);
}

async function signInAgain(user: Visitor): Promise<Visitor> {
  const response = await call("/api/auth/dev", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: user.email }),
  });
  const cookie = (response.headers.get("set-cookie") ?? "").split(";")[0] as string;
  const withCookie: Visitor["call"] = (path, init) =>
    call(path, { ...init, headers: { ...init?.headers, cookie } });
  return {
    ...user,
    cookie,
    call: withCookie,
    post: (path, body, headers) =>
      withCookie(path, {
        method: "POST",
        ...(body !== undefined && { body: JSON.stringify(body) }),
        headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      }),
  };
}

const tablesOf = (user: Visitor) =>
  runInDurableObject(env.STUDIO.getByName(user.id), (_, { storage }) =>
    storage.sql
      .exec("select name from sqlite_master where type = 'table' and name not like '_cf%' order by name")
      .toArray()
      .map(({ name }) => name),
  );

/** A user with a generation in progress, and the key of its request. */
async function withGeneration() {
  const user = await newUser();
  const key = { "idempotency-key": crypto.randomUUID() };
  const body = { prompt: newPrompt("stuck") };
  const response = await user.post("/api/generate", body, key);
  const { id } = (await response.json<{ generation: { id: string } }>()).generation;
  await eventually(async () => expect(await rowsOf(user)).toHaveLength(1));
  return { user, id, key, replay: (visitor = user) => visitor.post("/api/generate", body, key) };
}

/** Everything that the object can do without D1. */
const attempts = ({ user, id, replay }: Awaited<ReturnType<typeof withGeneration>>) => [
  () => user.call(`/api/predictions/${id}`),
  () => user.post(`/api/predictions/${id}/cancel`),
  () => user.call(`/api/generations/${id}`, { method: "DELETE" }),
  () => user.post("/api/generations/bulk", { ids: [id], action: "delete" }),
  () => replay(),
];

describe.each([
  ["in the same instance", async () => {}],
  ["after the object restarted", killStudio],
])("while D1 is out, %s", (_, meanwhile) => {
  it("refuses a session that was ended everywhere, and serves a newer one", async () => {
    const scene = await withGeneration();
    const { user, id } = scene;
    expect((await user.post("/api/auth/logout-everywhere")).status).toBe(204);
    const again = await signInAgain(user);
    await meanwhile(user);
    const restore = breakD1();
    for (const attempt of attempts(scene)) await expectProblem(await attempt(), "unauthenticated");
    expect((await read(again, id)).status).toBe("queued");
    expect((await again.post(`/api/predictions/${id}/cancel`)).status).toBe(200);
    restore();
    await isIdle(again);
  });

  it("refuses a suspended user until the operator restores them", async () => {
    const scene = await withGeneration();
    const { user, id } = scene;
    await admin("suspend", user);
    await meanwhile(user);
    const restore = breakD1();
    for (const attempt of attempts(scene)) await expectProblem(await attempt(), "suspended");
    restore();
    await admin("restore", user);
    await meanwhile(user);
    const restoreAgain = breakD1();
    expect((await user.post(`/api/predictions/${id}/cancel`)).status).toBe(200);
    restoreAgain();
    await isIdle(user);
  });
});

it("learns of ended sessions from D1 as well, should the call to the object have failed", async () => {
  const scene = await withGeneration();
  const { user, id } = scene;
  await env.DB.prepare("update users set session_epoch = 1 where id = ?").bind(user.id).run();
  await expectProblem(await user.post(`/api/predictions/${id}/cancel`), "unauthenticated");
  await killStudio(user);
  const restore = breakD1();
  for (const attempt of attempts(scene)) await expectProblem(await attempt(), "unauthenticated");
  restore();
});

it("checks the session of a generate request first, before earlier requests and blocked words", async () => {
  const { user, id, key } = await withGeneration();
  await set(user, { BLOCKED_WORDS: "gore" });
  await env.DB.prepare("update users set suspended_at = 1 where id = ?").bind(user.id).run();
  const otherBody = { prompt: newPrompt() };
  await expectProblem(await user.post("/api/generate", otherBody, key), "suspended");
  await expectProblem(await user.post("/api/generate", { prompt: "gore" }), "suspended");
  await env.DB.prepare("update users set suspended_at = null where id = ?").bind(user.id).run();
  await expectProblem(await user.post("/api/generate", otherBody, key), "idempotency_mismatch");
  await expectProblem(await user.post("/api/generate", { prompt: "gore" }), "content_policy");
  await user.post(`/api/predictions/${id}/cancel`);
  await isIdle(user);
});

it("is written only beside jobs, and goes with the account", async () => {
  const empty = await newUser();
  await admin("suspend", empty);
  await empty.post("/api/auth/logout-everywhere");
  expect(await tablesOf(empty)).toEqual([]);

  const { user } = await withGeneration();
  await user.post("/api/auth/logout-everywhere");
  expect(await tablesOf(user)).toEqual([
    "closing",
    "deliveries",
    "jobs",
    "revocations",
    "schema_version",
    "uploads",
    "webhook_endpoints",
  ]);
  const again = await signInAgain(user);
  expect((await again.call("/api/account", { method: "DELETE" })).status).toBe(204);
  await eventually(async () => expect(await tablesOf(user)).toEqual([]));
});
