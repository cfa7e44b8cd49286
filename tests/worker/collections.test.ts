import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { BulkResult } from "../../worker/api/schemas/generation.ts";
import type { Collection } from "../../worker/api/schemas/collection.ts";
import { collectionList, collectionResponse } from "../../worker/api/schemas/collection.ts";
import { databaseFor } from "../../worker/db/client.ts";
import { insertCollection } from "../../worker/db/collections.ts";
import { eventually, expectProblem, list, newUser, openStudio, rowsOf, type Visitor } from "./support/app.ts";
import { breakD1, faultD1 } from "./support/faults.ts";
import { storedImages } from "./support/stored-images.ts";

const PATH = "/api/collections";

async function create(user: Visitor, name = "Foxes"): Promise<Collection> {
  const response = await user.post(PATH, { name });
  expect(response.status, await response.clone().text()).toBe(201);
  expect(response.headers.get("cache-control")).toBe("no-store");
  return collectionResponse.parse(await response.json()).collection;
}

const rename = (user: Visitor, id: string, name: string) =>
  user.call(`${PATH}/${id}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name }),
  });

const remove = (user: Visitor, id: string) => user.call(`${PATH}/${id}`, { method: "DELETE" });

async function collectionsOf(user: Visitor): Promise<Collection[]> {
  const response = await user.call(PATH);
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  return collectionList.parse(await response.json()).collections;
}

const bulk = (user: Visitor, action: string, ids: string[], collection?: string) =>
  user.post("/api/generations/bulk", { ids, action, ...(collection !== undefined && { collection }) });

async function change(user: Visitor, action: "collect" | "uncollect", ids: string[], collection: string) {
  const response = await bulk(user, action, ids, collection);
  expect(response.status, await response.clone().text()).toBe(200);
  return response.json<BulkResult>();
}

const idsIn = async (user: Visitor, collection: string) =>
  (await list(user, `?limit=100&collection=${collection}`)).items.map(({ id }) => id);

const itemsOf = async (user: Visitor) =>
  (await env.DB.prepare("select * from collection_items where user_id = ?").bind(user.id).all()).results;

describe("collections", () => {
  it("are deleted if D1's first response is lost", async () => {
    const user = await newUser();
    const { id } = await create(user);
    let attempts = 0;
    faultD1((sql) => (sql.startsWith(`delete from "collections"`) && attempts++ === 0 ? "lost" : null));
    expect((await remove(user, id)).status).toBe(204);
    expect(attempts).toBe(2);
  });

  it("are created, listed newest first, renamed and deleted", async () => {
    const user = await newUser();
    expect(await collectionsOf(user)).toEqual([]);
    const foxes = await create(user, "  Foxes ");
    expect(foxes).toEqual({ id: foxes.id, name: "Foxes", count: 0, createdAt: foxes.createdAt });
    await env.DB.prepare("update collections set created_at = 1 where id = ?").bind(foxes.id).run();
    const dogs = await create(user, "Dogs");
    expect((await collectionsOf(user)).map(({ id }) => id)).toEqual([dogs.id, foxes.id]);

    const renamed = await rename(user, foxes.id, "Red foxes");
    expect(renamed.status).toBe(200);
    const { collection } = collectionResponse.parse(await renamed.json());
    expect(collection).toMatchObject({ id: foxes.id, name: "Red foxes", count: 0 });

    expect((await remove(user, foxes.id)).status).toBe(204);
    expect((await collectionsOf(user)).map(({ id }) => id)).toEqual([dogs.id]);
    await expectProblem(await remove(user, foxes.id), "not_found");
    await expectProblem(await rename(user, foxes.id, "x"), "not_found");
    await expectProblem(await user.call(`/api/generations?collection=${foxes.id}`), "not_found");
  });

  it("keep their images when they are deleted", async () => {
    const user = await newUser();
    const ids = await storedImages(user, 3);
    const { id } = await create(user);
    await change(user, "collect", ids, id);
    expect((await remove(user, id)).status).toBe(204);
    expect((await list(user)).items.map((item) => item.id)).toEqual(ids);
    expect(await itemsOf(user)).toEqual([]);
  });

  it("of another user do not exist", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const [image] = (await storedImages(user, 1)) as [string];
    const [theirs] = (await storedImages(other, 1)) as [string];
    const { id } = await create(user);
    await change(user, "collect", [image], id);
    const before = await collectionsOf(user);
    expect(await collectionsOf(other)).toEqual([]);
    await expectProblem(await rename(other, id, "x"), "not_found");
    await expectProblem(await remove(other, id), "not_found");
    await expectProblem(await bulk(other, "collect", [theirs], id), "not_found");
    await expectProblem(await bulk(other, "uncollect", [image], id), "not_found");
    await expectProblem(await other.call(`/api/generations?collection=${id}`), "not_found");
    expect(await collectionsOf(user)).toEqual(before);
    expect(await idsIn(user, id)).toEqual([image]);
    expect(await itemsOf(other)).toEqual([]);
  });

  it.each([
    ["an empty name", ""],
    ["white space", " \t"],
    ["10,000 characters", "x".repeat(10_000)],
    ["81 characters", "x".repeat(81)],
    ["a right-to-left override", "a\u202eb"],
    ["a control character", "a\u0007b"],
  ])("reject %s as a name", async (_, name) => {
    const user = await newUser();
    const { id } = await create(user);
    await expectProblem(await user.post(PATH, { name }), "invalid_request");
    await expectProblem(await rename(user, id, name), "invalid_request");
    expect(await collectionsOf(user)).toMatchObject([{ id, name: "Foxes" }]);
  });

  it("are at most 500, also for requests at the same time", async () => {
    const user = await newUser();
    await env.DB.prepare(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < 498)
       insert into collections (id, user_id, name, created_at) select ? || i, ?, 'c', i from n`,
    )
      .bind(`${user.id}-`, user.id)
      .run();
    const responses = await Promise.all(
      Array.from({ length: 5 }, (_, at) => user.post(PATH, { name: `${at}` })),
    );
    expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201, 201, 409, 409, 409,
    ]);
    await expectProblem(await user.post(PATH, { name: "x" }), "maximum_reached");
    expect(await collectionsOf(user)).toHaveLength(500);
  });

  it("are not created for an account that is being deleted", async () => {
    const user = await newUser();
    await env.DB.prepare("update users set deleted_at = 1 where id = ?").bind(user.id).run();
    const collection = { id: crypto.randomUUID(), name: "x", createdAt: 1 };
    expect(await insertCollection(databaseFor(env, user.id), user.id, collection)).toBeNull();
  });
});

describe("collect and uncollect", () => {
  it("take 100 images at once, and an image in several collections", async () => {
    const user = await newUser();
    const ids = await storedImages(user, 100);
    const [first, second] = [await create(user, "First"), await create(user, "Second")];
    expect(await change(user, "collect", ids, first.id)).toEqual({ done: ids, missing: [], failed: [] });
    expect(await change(user, "collect", ids.slice(0, 2), second.id)).toMatchObject({
      done: ids.slice(0, 2),
    });
    expect(await idsIn(user, first.id)).toEqual(ids);
    expect(await idsIn(user, second.id)).toEqual(ids.slice(0, 2));
    expect(await collectionsOf(user)).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ id: first.id, count: 100 }),
        expect.objectContaining({ id: second.id, count: 2 }),
      ]),
    );
    expect(await change(user, "uncollect", ids.slice(1), first.id)).toMatchObject({ done: ids.slice(1) });
    expect(await idsIn(user, first.id)).toEqual(ids.slice(0, 1));
    expect(await idsIn(user, second.id)).toEqual(ids.slice(0, 2));
  });

  it("repeated or at the same time change nothing more", async () => {
    const user = await newUser();
    const ids = await storedImages(user, 5);
    const { id } = await create(user);
    await Promise.all([
      change(user, "collect", ids, id),
      change(user, "collect", ids.slice(0, 3), id),
      change(user, "collect", ids, id),
    ]);
    expect(await change(user, "collect", ids, id)).toMatchObject({ done: ids });
    expect(await collectionsOf(user)).toMatchObject([{ count: 5 }]);
    await Promise.all([change(user, "uncollect", ids.slice(0, 4), id), change(user, "uncollect", ids, id)]);
    expect(await change(user, "uncollect", ids, id)).toMatchObject({ done: ids });
    expect(await collectionsOf(user)).toMatchObject([{ count: 0 }]);
    expect(await idsIn(user, id)).toEqual([]);
  });

  it("skip deleted images and those of other users", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const [image, gone] = (await storedImages(user, 2)) as [string, string];
    const [theirs] = (await storedImages(other, 1)) as [string];
    await user.call(`/api/generations/${gone}`, { method: "DELETE" });
    const { id } = await create(user);
    const ids = [gone, theirs, image, "'; drop table collection_items; --"];
    const expected = { done: [image], missing: ids.filter((one) => one !== image), failed: [] };
    expect(await change(user, "collect", ids, id)).toEqual(expected);
    expect(await idsIn(user, id)).toEqual([image]);
    expect(await change(user, "uncollect", ids, id)).toEqual(expected);
    expect(await itemsOf(user)).toEqual([]);
  });

  it("reject an unknown collection", async () => {
    const user = await newUser();
    const ids = await storedImages(user, 1);
    await expectProblem(await bulk(user, "collect", ids, crypto.randomUUID()), "not_found");
    await expectProblem(await bulk(user, "uncollect", ids, crypto.randomUUID()), "not_found");
  });

  it.each([
    ["collect without a collection", { action: "collect" }],
    ["uncollect without a collection", { action: "uncollect" }],
    ["favorite with a collection", { action: "favorite", collection: "x" }],
    ["delete with a collection", { action: "delete", collection: "x" }],
    ["an empty collection", { action: "collect", collection: "" }],
    ["a collection that is no text", { action: "collect", collection: 1 }],
  ])("are not confused: rejects %s", async (_, body) => {
    const user = await newUser();
    const ids = await storedImages(user, 1);
    const response = await user.post("/api/generations/bulk", { ids, ...body });
    expect((await expectProblem(response, "invalid_request")).detail).toContain("collection");
    expect(await rowsOf(user)).toMatchObject([{ favorite: 0 }]);
  });

  it("change nothing while storage does not answer", async () => {
    const user = await newUser();
    const ids = await storedImages(user, 2);
    const { id } = await create(user);
    const restore = breakD1((sql) => sql.includes("collection_items"));
    await expectProblem(await bulk(user, "collect", ids, id), "storage_unavailable");
    restore();
    expect(await collectionsOf(user)).toMatchObject([{ count: 0 }]);
    expect(await idsIn(user, id)).toEqual([]);
  });

  it.each(["collect", "uncollect", "delete"] as const)(
    "count right if %s is repeated after its response was lost",
    async (action) => {
      const user = await newUser();
      const ids = await storedImages(user, 3);
      const { id } = await create(user);
      if (action !== "collect") await change(user, "collect", ids, id);
      let losses = 0;
      faultD1((sql) => (sql.includes("collection_items") && losses++ === 0 ? "lost" : null));
      const response = await bulk(user, action, ids.slice(0, 1), action === "delete" ? undefined : id);
      expect(await response.json()).toMatchObject({ done: ids.slice(0, 1) });
      expect(losses).toBeGreaterThan(1);
      expect(await collectionsOf(user)).toMatchObject([{ count: action === "collect" ? 1 : 2 }]);
    },
  );
});

describe("a collection", () => {
  it("shows its newest image as its cover, and none without an image", async () => {
    const user = await newUser();
    const [newest, older] = (await storedImages(user, 2)) as [string, string];
    const { id } = await create(user);
    const cover = async () => (await collectionsOf(user))[0]?.cover;
    expect(await cover()).toBeUndefined();
    await change(user, "collect", [older], id);
    expect(await cover()).toBe(`/images/${older}/0?size=thumb`);
    await change(user, "collect", [newest], id);
    expect(await cover()).toBe(`/images/${newest}/0?size=thumb`);
    await env.DB.prepare("update generations set status = 'failed' where id = ?").bind(newest).run();
    expect(await cover()).toBe(`/images/${older}/0?size=thumb`);
  });

  it("loses images that are deleted, one by one or together", async () => {
    const user = await newUser();
    const ids = await storedImages(user, 4);
    const [first, second] = [await create(user), await create(user)];
    await change(user, "collect", ids, first.id);
    await change(user, "collect", ids.slice(0, 2), second.id);
    expect((await user.call(`/api/generations/${ids[0]}`, { method: "DELETE" })).status).toBe(204);
    await bulk(user, "delete", ids.slice(1, 3));
    expect(await idsIn(user, first.id)).toEqual(ids.slice(3));
    expect(await idsIn(user, second.id)).toEqual([]);
    const counts = (await collectionsOf(user)).map(({ id, count }) => [id, count]);
    expect(Object.fromEntries(counts)).toEqual({ [first.id]: 1, [second.id]: 0 });
  });

  it("loses images that a version without collections deletes", async () => {
    const user = await newUser();
    const [image] = (await storedImages(user, 1)) as [string];
    const { id } = await create(user);
    await change(user, "collect", [image], id);
    await env.DB.prepare("delete from generations where id = ?").bind(image).run();
    expect(await idsIn(user, id)).toEqual([]);
    expect(await itemsOf(user)).toEqual([]);
  });
});

describe("unshare in bulk", () => {
  it("ends the links of the user's images, and pushes to every socket", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const ids = await storedImages(user, 3);
    const [theirs] = (await storedImages(other, 1)) as [string];
    for (const id of ids) await user.post(`/api/generations/${id}/share`, { showPrompt: true });
    await other.post(`/api/generations/${theirs}/share`);
    const studio = await openStudio(user);
    const response = await bulk(user, "unshare", [...ids.slice(0, 2), theirs]);
    expect(await response.json()).toEqual({ done: ids.slice(0, 2), missing: [theirs], failed: [] });
    expect((await list(user, "?shared=true")).items.map(({ id }) => id)).toEqual(ids.slice(2));
    expect((await list(other, "?shared=true")).items).toHaveLength(1);
    expect((await rowsOf(user)).filter((row) => row["share_prompt"] === 1)).toHaveLength(1);
    await eventually(async () => {
      const pushed = studio.events.flatMap((event) =>
        event.type === "generation" && event.generation.shareUrl === null ? [event.generation.id] : [],
      );
      expect(pushed.toSorted()).toEqual(ids.slice(0, 2).toSorted());
    });
  });
});
