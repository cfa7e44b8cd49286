/** Several images at once: the result of each id, and that nothing else changes. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { BulkBody } from "../../worker/api/schemas/requests/generation.ts";
import type { BulkResult } from "../../worker/api/schemas/generation.ts";
import {
  call,
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
import { breakD1 } from "./support/faults.ts";
import { storedImages } from "./support/stored-images.ts";
import { callsOf } from "./support/simulator.ts";

const PATH = "/api/generations/bulk";

type Statement = { statement: string };

async function bulk(user: Visitor, ids: string[], action: BulkBody["action"]): Promise<BulkResult> {
  const response = await user.post(PATH, { ids, action });
  expect(response.status, await response.clone().text()).toBe(200);
  return response.json<BulkResult>();
}

const favoritesOf = async (user: Visitor) => (await list(user, "?favorite=true")).items.map(({ id }) => id);

describe("a bulk delete", () => {
  it("deletes 100 images with rows, in one D1 batch, and files, and pushes to every socket", async () => {
    const user = await newUser();
    const ids = await storedImages(user, 101);
    const kept = ids.pop() as string;
    const studio = await openStudio(user);
    const batches = vi.spyOn(env.DB.constructor.prototype as D1Database, "batch");
    onTestFinished(() => batches.mockRestore());
    expect(await bulk(user, ids, "delete")).toEqual({ done: ids, missing: [], failed: [] });
    expect(await rowsOf(user)).toMatchObject([{ id: kept }]);
    await eventually(async () => expect(await objectsOf(user)).toEqual([`outputs/${user.id}/${kept}/0.png`]));
    await eventually(async () => {
      const told = studio.events.flatMap((event) => (event.type === "deleted" ? [event.id] : []));
      expect(told.toSorted()).toEqual(ids.toSorted());
    });
    const deletes = batches.mock.calls.filter(([statements]) =>
      (statements as unknown as Statement[]).some(({ statement }) =>
        statement.startsWith('delete from "generations"'),
      ),
    );
    expect(deletes).toHaveLength(1);
  });

  it("lowers the counts of all collections that contain a deleted image", async () => {
    const user = await newUser();
    const ids = await storedImages(user, 5);
    const create = async (name: string, contained: string[]) => {
      const response = await user.post("/api/collections", { name });
      const { collection } = await response.json<{ collection: { id: string } }>();
      await user.post(PATH, { ids: contained, action: "collect", collection: collection.id });
    };
    await create("all", ids);
    await create("one", ids.slice(0, 1));
    await create("rest", ids.slice(3));
    await bulk(user, ids.slice(0, 4), "delete");
    const response = await user.call("/api/collections");
    const { collections } = await response.json<{ collections: { name: string; count: number }[] }>();
    expect(Object.fromEntries(collections.map(({ name, count }) => [name, count]))).toEqual({
      all: 1,
      one: 0,
      rest: 1,
    });
  });

  it("cancels running generations first, also by their pending id", async () => {
    const user = await newUser("pro");
    const [stuck] = await storedImages(user, 1);
    const { id } = await generate(user, newPrompt("stuck"));
    const { id: second } = await generate(user, newPrompt("stuck"));
    const pending = await runInDurableObject(
      env.STUDIO.getByName(user.id),
      (_, { storage }) =>
        storage.sql.exec<{ id: string }>("select id from jobs where prediction_id = ?", second).one().id,
    );
    const ids = [stuck as string, id, pending, second];
    expect(await bulk(user, ids, "delete")).toEqual({ done: ids, missing: [], failed: [] });
    expect(await rowsOf(user)).toEqual([]);
    await isIdle(user);
    expect(await callsOf(id)).toMatchObject({ cancels: 1 });
    expect(await callsOf(second)).toMatchObject({ cancels: 1 });
    expect((await limitsOf(user))?.inFlight).toBe(0);
  });

  it("returns the outcome of each id, and changes no other user's image", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const [mine, gone] = (await storedImages(user, 2)) as [string, string];
    const [theirs] = (await storedImages(other, 1)) as [string];
    expect((await user.call(`/api/generations/${gone}`, { method: "DELETE" })).status).toBe(204);
    const nonsense = ["nothing", "'; drop table generations; --", "🦊", " ", "../x", "__proto__"];
    const asked = [theirs, gone, mine, ...nonsense];
    expect(await bulk(user, asked, "delete")).toEqual({
      done: [mine],
      missing: [theirs, gone, ...nonsense],
      failed: [],
    });
    expect(await rowsOf(other)).toMatchObject([{ id: theirs }]);
    expect(await objectsOf(other)).toHaveLength(1);
  });

  it("of unknown ids writes nothing", async () => {
    const user = await newUser();
    expect(await bulk(user, ["x"], "delete")).toEqual({ done: [], missing: ["x"], failed: [] });
    const tables = await runInDurableObject(env.STUDIO.getByName(user.id), (_, { storage }) =>
      storage.sql.exec("select name from sqlite_master where name = 'jobs'").toArray(),
    );
    expect(tables).toEqual([]);
  });

  it("has the same result when repeated, and from two tabs at once", async () => {
    const user = await newUser();
    const ids = await storedImages(user, 20);
    const responses = await Promise.all([bulk(user, ids, "delete"), bulk(user, ids, "delete")]);
    for (const { done, missing, failed } of responses) {
      expect([...done, ...missing].toSorted()).toEqual(ids.toSorted());
      expect(failed).toEqual([]);
    }
    expect(await rowsOf(user)).toEqual([]);
    expect(await bulk(user, ids, "delete")).toEqual({ done: [], missing: ids, failed: [] });
    await eventually(async () => expect(await objectsOf(user)).toEqual([]));
  });

  it("returns failed ids when D1 is down, hides the images, and deletes the rows later", async () => {
    const user = await newUser();
    const ids = await storedImages(user, 3);
    const [first] = ids as [string];
    const restore = breakD1((sql) => /\bdelete from/i.test(sql));
    expect(await bulk(user, ids, "delete")).toEqual({ done: [], missing: [], failed: ids });
    await killStudio(user);
    restore();
    // Any call wakes the object, which then runs its pending tasks.
    await limitsOf(user);
    await eventually(async () => expect(await rowsOf(user)).toEqual([]));
    await eventually(async () => expect(await objectsOf(user)).toEqual([]));
    expect(await bulk(user, [first], "delete")).toMatchObject({ missing: [first] });
  });

  it("while D1 does not respond: deletes what the object knows, and returns the rest as failed", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("stuck"));
    const [old] = (await storedImages(user, 1)) as [string];
    const restore = breakD1();
    await expectProblem(await user.post(PATH, { ids: [old], action: "delete" }), "storage_unavailable");
    expect(await bulk(user, [old, id], "delete")).toEqual({ done: [], missing: [], failed: [old, id] });
    restore();
    await eventually(async () => expect(await rowsOf(user)).toMatchObject([{ id: old }]));
    await isIdle(user);
    expect(await callsOf(id)).toMatchObject({ cancels: 1 });
  });
});

describe("bulk favorites", () => {
  it("are set and removed for 100 images, and pushed to every socket", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const ids = await storedImages(user, 98);
    const [theirs] = (await storedImages(other, 1)) as [string];
    const studio = await openStudio(user);
    const asked = [...ids, theirs, "nothing"];
    expect(await bulk(user, asked, "favorite")).toEqual({
      done: ids,
      missing: [theirs, "nothing"],
      failed: [],
    });
    expect((await list(user, "?favorite=true&limit=100")).items.map(({ id }) => id)).toEqual(ids);
    expect(await favoritesOf(other)).toEqual([]);
    await eventually(async () => {
      const told = studio.events.flatMap((event) =>
        event.type === "generation" && event.generation.favorite ? [event.generation.id] : [],
      );
      expect(told.toSorted()).toEqual(ids.toSorted());
    });
    // Again changes nothing.
    expect((await bulk(user, ids, "favorite")).done).toEqual(ids);
    expect((await bulk(user, ids.slice(0, 97), "unfavorite")).done).toEqual(ids.slice(0, 97));
    expect(await favoritesOf(user)).toEqual(ids.slice(97));
  });

  it("of deleted images are missing", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("terminal"));
    await reaches(user, id, "succeeded");
    await bulk(user, [id], "delete");
    expect(await bulk(user, [id], "favorite")).toEqual({ done: [], missing: [id], failed: [] });
  });

  it("are rejected as a whole while D1 does not respond", async () => {
    const user = await newUser();
    const ids = await storedImages(user, 2);
    const restore = breakD1();
    await expectProblem(await user.post(PATH, { ids, action: "favorite" }), "storage_unavailable");
    restore();
    expect(await favoritesOf(user)).toEqual([]);
  });
});

describe("rejects", () => {
  const hundred = Array.from({ length: 100 }, (_, i) => `${i}`);
  it.each([
    ["no id", { ids: [], action: "delete" }, "ids"],
    ["101 ids", { ids: [...hundred, "x"], action: "delete" }, "ids"],
    ["an id twice", { ids: ["a", "b", "a"], action: "delete" }, "ids"],
    ["an empty id", { ids: [""], action: "delete" }, "ids"],
    ["an id that is too long", { ids: ["x".repeat(129)], action: "delete" }, "ids"],
    ["an id that is no text", { ids: [1], action: "delete" }, "ids"],
    ["ids that are no list", { ids: "a", action: "delete" }, "ids"],
    ["an action that there is not", { ids: ["a"], action: "share" }, "action"],
    ["no action", { ids: ["a"] }, "action"],
    ["an unknown field", { ids: ["a"], action: "delete", all: true }, "all"],
    ["nothing", undefined, ""],
  ])("%s", async (_, body, field) => {
    const user = await newUser();
    const problem = await expectProblem(await user.post(PATH, body), "invalid_request");
    expect(problem.detail).toContain(field);
  });

  it("rejects in order: another site, no session, body too large, not JSON, invalid body", async () => {
    const user = await newUser();
    const wrong = { method: "POST", body: "{".repeat(17 * 1024), headers: { "content-type": "text/plain" } };
    const foreign = { ...wrong, headers: { ...wrong.headers, origin: "https://elsewhere.example" } };
    await expectProblem(await user.call(PATH, { method: "PUT" }), "method_not_allowed");
    await expectProblem(await call(PATH, foreign), "forbidden_origin");
    await expectProblem(await call(PATH, wrong), "unauthenticated");
    await expectProblem(await user.call(PATH, wrong), "payload_too_large");
    await expectProblem(await user.call(PATH, { ...wrong, body: "{" }), "unsupported_media_type");
    await expectProblem(await user.post(PATH, "{"), "invalid_request");
  });

  it.each(["delete", "favorite"] as const)(
    "to %s, whose session ended or who is suspended",
    async (action) => {
      const user = await newUser();
      const ids = await storedImages(user, 1);
      const set = (column: string) =>
        env.DB.prepare(`update users set ${column} = 1 where id = ?`).bind(user.id).run();
      await set("suspended_at");
      await expectProblem(await user.post(PATH, { ids, action }), "suspended");
      await set("session_epoch");
      await expectProblem(await user.post(PATH, { ids, action }), "unauthenticated");
      expect(await rowsOf(user)).toMatchObject([{ favorite: 0 }]);
      expect(await objectsOf(user)).toHaveLength(1);
    },
  );
});
