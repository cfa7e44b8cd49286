/** Deleting an account: whatever happens on the way, nothing of the user is left anywhere. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { Session } from "../../worker/api/schemas/session.ts";
import {
  call,
  deliver,
  eventually,
  expectProblem,
  generate,
  newPrompt,
  newUser,
  objectsOf,
  openStudio,
  reaches,
  rowsOf,
  type Visitor,
} from "./support/app.ts";
import { crashAt, failAt, gateSkytells, gateStorage, holdAt, passed, type Point } from "./support/gates.ts";
import { storedImages } from "./support/stored-images.ts";
import { at, crashPoints, maybe } from "./support/race.ts";
import { createsOf, ended, webhookOf } from "./support/simulator.ts";

beforeAll(gateSkytells);

const remove = (user: Visitor) => user.call("/api/account", { method: "DELETE" });

const count = async (sql: string, id: string) =>
  (await env.DB.prepare(`select count(*) as n from ${sql} = ?`).bind(id).first<{ n: number }>())?.n;

/** What the object keeps: its tables, and its alarm. */
const kept = (user: Visitor) =>
  runInDurableObject(env.STUDIO.getByName(user.id), async (_, { storage }) => ({
    tables: storage.sql
      .exec("select name from sqlite_master where type = 'table' and name not like '_cf%'")
      .toArray(),
    alarm: await storage.getAlarm(),
  }));

async function expectNothingOf(user: Visitor) {
  await eventually(async () => {
    expect(await kept(user)).toEqual({ tables: [], alarm: null });
    expect(await count("users where id", user.id)).toBe(0);
  });
  expect(await count("users where email", user.email)).toBe(0);
  for (const table of ["identities", "passkeys", "api_keys", "presets", "collections", "collection_items"]) {
    expect(await count(`${table} where user_id`, user.id), table).toBe(0);
  }
  expect(await rowsOf(user)).toEqual([]);
  expect(await objectsOf(user)).toEqual([]);
}

/** A user with a finished, shared image. */
async function owner() {
  const user = await newUser();
  await gateStorage(user);
  await env.DB.prepare("insert into identities (issuer, subject, user_id, created_at) values (?, ?, ?, 0)")
    .bind("https://issuer.example", user.id, user.id)
    .run();
  await env.DB.prepare("insert into passkeys values (?, ?, 'a passkey', '', -7, 0, 0, 1, null)")
    .bind(`passkey-${user.id}`, user.id)
    .run();
  const prompt = newPrompt("terminal");
  const { id } = await generate(user, prompt);
  await reaches(user, id, "succeeded");
  const { url } = await (await user.post(`/api/generations/${id}/share`)).json<{ url: string }>();
  await user.post("/api/presets", { name: "a preset", prompt });
  const created = await user.post("/api/collections", { name: "a collection" });
  const { collection } = await created.json<{ collection: { id: string } }>();
  await user.post("/api/generations/bulk", { ids: [id], action: "collect", collection: collection.id });
  expect(await count("collection_items where user_id", user.id)).toBe(1);
  return { user, id, prompt, share: new URL(url).pathname };
}

describe("deleting the account", () => {
  it("ends access before it deletes anything, and deletes everything", async () => {
    const { user, id, share } = await owner();
    const studio = await openStudio(user);
    expect((await call(share)).status).toBe(200);
    const gate = holdAt(user, at("before", /^r2 delete/));
    const response = await remove(user);
    expect(response.status).toBe(204);
    expect(response.headers.get("set-cookie")).toMatch(/session=;/);
    await gate.reached;

    expect((await studio.closed).code).toBe(4001);
    expect((await call(share)).status).toBe(404);
    expect((await call(`${share}/image`)).status).toBe(404);
    for (const path of [`/images/${id}/0`, "/api/generations", `/api/predictions/${id}`]) {
      await expectProblem(await user.call(path), "unauthenticated");
    }
    await expectProblem(await user.post("/api/generate", { prompt: newPrompt() }), "unauthenticated");
    await expectProblem(
      await user.call("/api/events", { headers: { upgrade: "websocket" } }),
      "unauthenticated",
    );
    expect((await remove(user)).status, "asked for twice").toBe(204);

    // The same person can sign in again at once as a new user, whom the deletion does not affect.
    const again = await call("/api/auth/dev", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: user.email }),
    });
    const cookie = (again.headers.get("set-cookie") ?? "").split(";")[0] as string;
    gate.open();
    await eventually(async () => expect(await count("users where id", user.id)).toBe(0));
    const session = await (await call("/api/session", { headers: { cookie } })).json<Session>();
    expect(session.user?.email).toBe(user.email);
    expect(session.user?.id).not.toBe(user.id);
    await env.DB.prepare("delete from users where email = ?").bind(user.email).run();

    await expectNothingOf(user);
    expect((await remove(user)).status, "asked for when it is gone").toBe(204);
    await expectNothingOf(user);
    await expect(ended(id), "Skytells has forgotten it").rejects.toThrow();
  });

  it("is rejected without a session, from another site, and with an ended session", async () => {
    const user = await newUser();
    await expectProblem(await call("/api/account", { method: "DELETE" }), "unauthenticated");
    await expectProblem(
      await user.call("/api/account", { method: "DELETE", headers: { origin: "https://evil.example" } }),
      "forbidden_origin",
    );
    expect((await user.post("/api/auth/logout-everywhere")).status).toBe(204);
    await expectProblem(await remove(user), "unauthenticated");
    expect(await count("users where id", user.id)).toBe(1);
    expect((await kept(user)).tables).toEqual([]);
  });
});

describe.concurrent.each<[string, moods: string[], event: "succeeded" | null]>([
  ["in the queue", ["stuck"], null],
  ["that ends meanwhile", ["delay=1"], "succeeded"],
  ["that has failed", ["terminal", "failed"], null],
  ["whose answer was lost", ["answer-lost"], "succeeded"],
])("with a job %s", (_, moods, event) => {
  it("deletes everything; late webhooks change nothing", async () => {
    const user = await newUser();
    const prompt = newPrompt(...moods);
    await maybe(user.post("/api/generate", { prompt }));
    const [made] = await createsOf(prompt);
    const news = event && made ? await webhookOf(String(made.id), event) : null;
    expect((await remove(user)).status).toBe(204);
    if (news) expect((await deliver(news)).status).toBe(200);
    await expectNothingOf(user);
    if (news) expect((await deliver(news)).status).toBe(200);
    await expectNothingOf(user);
  });
});

describe("a running create", () => {
  it.each([
    ["is not begun", at("after", /^d1 select .*"users"/), 0],
    ["is canceled and written nowhere", at("after", /^skytells POST \/predictions$/), 1],
  ])("%s", async (_, point, creates) => {
    const user = await newUser();
    await gateStorage(user);
    const prompt = newPrompt("stuck");
    const gate = holdAt(user, point);
    const response = user.post("/api/generate", { prompt });
    await gate.reached;
    expect((await remove(user)).status).toBe(204);
    gate.open();
    expect((await response).status).toBeGreaterThanOrEqual(400);
    await expectNothingOf(user);
    expect(await createsOf(prompt)).toHaveLength(creates);
  });
});

describe.concurrent.each<[string, status: number, call: RegExp, times: number]>([
  ["D1, before access has ended", 503, /^d1 delete from "invitations"/, 2],
  ["D1, with the rows still there", 204, /^d1 delete from "generations"/, 1],
  ["R2", 204, /^r2 list/, 1],
  ["Skytells", 204, /^skytells DELETE/, 1],
])("while %s is down", (_, status, call, times) => {
  it("completes without another request, and deletes everything", async () => {
    const { user, id } = await owner();
    failAt(user, call, times);
    expect((await remove(user)).status).toBe(status);
    await expectNothingOf(user);
    await passed(user);
    await expect(ended(id), "Skytells has forgotten it").rejects.toThrow();
  });
});

describe.concurrent("deleting the account", () => {
  it("deletes more images than one pass takes, when requested twice and interrupted", async () => {
    const user = await newUser();
    await gateStorage(user);
    await storedImages(user, 101);
    const { id } = await generate(user, newPrompt("terminal"));
    await reaches(user, id, "succeeded");
    crashAt(user, at("after", /^d1 delete from "generations"/));
    await Promise.all([maybe(remove(user)), maybe(remove(user)), passed(user)]);
    expect(await rowsOf(user), "a pass is bounded").not.toEqual([]);
    await eventually(async () => expect((await maybe(remove(user)))?.status).toBe(204));
    await expectNothingOf(user);
  });

  it("deletes rows that a backup restored, when it is requested again", async () => {
    const user = await newUser();
    await storedImages(user, 2);
    await env.DB.prepare("update users set email = 'deleted:' || id, deleted_at = 1 where id = ?")
      .bind(user.id)
      .run();
    expect(await kept(user)).toEqual({ tables: [], alarm: null });
    expect((await remove(user)).status).toBe(204);
    await expectNothingOf(user);
  });

  it("completes with an unreadable job", async () => {
    const { user } = await owner();
    const { id } = await generate(user, newPrompt("stuck"));
    await runInDurableObject(env.STUDIO.getByName(user.id), (_, { storage }) =>
      storage.sql.exec("update jobs set document = '{' where prediction_id = ?", id),
    );
    expect((await remove(user)).status).toBe(204);
    await expectNothingOf(user);
  });
});

it("is not undone by a cancel that was running", async () => {
  const { user } = await owner();
  const { id } = await generate(user, newPrompt("stuck"));
  await runInDurableObject(env.STUDIO.getByName(user.id), (_, { storage }) =>
    storage.sql.exec("delete from jobs"),
  );
  const gate = holdAt(user, at("after", /^d1 select/));
  const cancel = user.post(`/api/predictions/${id}/cancel`);
  await gate.reached;
  expect((await remove(user)).status).toBe(204);
  await expectNothingOf(user);
  gate.open();
  expect((await cancel).status).toBeGreaterThanOrEqual(400);
  await expectNothingOf(user);
});

const WAY: Record<string, Point> = {
  "before access ends": at("before", /^d1 delete from "invitations"/),
  "after access has ended, before the object knows": at("after", /^d1 delete from "invitations"/),
  "Skytells is about to forget": at("before", /^skytells DELETE/),
  "Skytells has forgotten, which is not known yet": at("after", /^skytells DELETE/),
  "the objects are about to go": at("before", /^r2 delete/),
  "the objects are gone, which is not known yet": at("after", /^r2 delete/),
  "the rows are about to go": at("before", /^d1 delete from "generations"/),
  "the rows are gone, which is not known yet": at("after", /^d1 delete from "generations"/),
  "the presets and collections are about to go": at("before", /^d1 delete from "presets"/),
  "the presets and collections are gone, which is not known yet": at("after", /^d1 delete from "presets"/),
  "the user is about to go": at("before", /^d1 delete from "users"/),
  "the user is gone, which is not known yet": at("after", /^d1 delete from "users"/),
};

describe.concurrent.each(crashPoints(WAY))("%s, and the object ends there", (_, point) => {
  it("deletes everything nevertheless", async () => {
    const { user } = await owner();
    crashAt(user, point);
    await Promise.all([maybe(remove(user)), passed(user)]);
    // A client without a response repeats the request.
    await eventually(async () => expect((await maybe(remove(user)))?.status).toBe(204));
    await expectNothingOf(user);
  });
});
