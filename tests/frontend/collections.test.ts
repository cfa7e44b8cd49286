import { signal } from "@preact/signals";
import { expect, test, vi } from "vitest";
import type { Api } from "../../frontend/api/client.ts";
import { createCollections } from "../../frontend/studio/images/collections.ts";
import { readFilters } from "../../frontend/studio/images/filters.ts";
import { createGenerations } from "../../frontend/studio/images/generations.ts";
import { createImageList } from "../../frontend/studio/images/image-list.ts";
import { createToasts } from "../../frontend/studio/toasts.ts";
import { collectionsText } from "../../frontend/text/collections.ts";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { collection, failure, fakeApi, image, NOW, ok } from "./support.ts";

const at = (minute: number) => ({ createdAt: new Date(NOW + minute * 60_000).toISOString() });

/** The studio of a user with a collection "Foxes", and its list in the gallery after a first page. */
async function openList(
  pageItems: readonly Generation[],
  search = "?collection=c1",
  nextCursor: string | null = null,
) {
  const api = fakeApi();
  const generations = createGenerations();
  api.list.mockResolvedValue(ok({ items: [...pageItems], nextCursor }));
  const list = createImageList(
    { api, generations, connected: signal(true), isGrouped: signal(false), takeInlinePage: () => null },
    readFilters(search),
  );
  await list.loadMore();
  const toasts = createToasts();
  const recheck = vi.fn();
  const collections = createCollections({
    api,
    toasts,
    session: { recheck },
    listsOf: (id) => (id === "c1" ? [list] : []),
    open: () => {},
  });
  api.answer("GET /api/collections", ok({ collections: [collection("c1", "Foxes")] }));
  await collections.load();
  return {
    api,
    list,
    generations,
    collections,
    recheck,
    toasts,
    shown: () => list.shown.value.map(({ id }) => id),
    texts: () => toasts.all.value.map(({ text }) => text),
  };
}

test("a new generation does not enter the list of a collection; one that the user adds does, at its place", async () => {
  const { generations, collections, shown, texts } = await openList([image("c", at(3)), image("a", at(1))]);
  generations.upsert(image("b", at(2)));
  generations.upsert(image("d", at(4)));
  expect(shown()).toEqual(["c", "a"]);
  await collections.add("c1", ["b"]);
  expect(shown()).toEqual(["c", "b", "a"]);
  expect(texts()).toEqual([collectionsText.added(1, "Foxes")]);
});

test("an image that the user takes out leaves the list, and Undo puts it back", async () => {
  const { api, collections, shown, toasts } = await openList([image("b", at(2)), image("a", at(1))]);
  await collections.take("c1", ["b"]);
  expect(shown()).toEqual(["a"]);
  toasts.all.value[0]?.action?.run();
  await vi.waitFor(() => expect(shown()).toEqual(["b", "a"]));
  expect(api.requests("POST /api/generations/bulk")).toEqual([
    { ids: ["b"], action: "uncollect", collection: "c1" },
    { ids: ["b"], action: "collect", collection: "c1" },
  ]);
});

test("a response that was requested before a change does not undo it", async () => {
  const { api, list, collections, generations, shown } = await openList([
    image("b", at(2)),
    image("a", at(1)),
  ]);
  generations.upsert(image("c", at(3)));
  let respond: (result: Awaited<ReturnType<Api["list"]>>) => void = () => {};
  api.list.mockReturnValueOnce(new Promise((resolve) => (respond = resolve)));
  const refreshing = list.refresh();
  await collections.take("c1", ["b"]);
  await collections.add("c1", ["c"]);
  respond(ok({ items: [image("b", at(2)), image("a", at(1))], nextCursor: null }));
  await refreshing;
  expect(shown()).toEqual(["c", "a"]);
});

test("an image that was added elsewhere appears with the next refresh", async () => {
  const { api, list, shown } = await openList([image("a", at(1))]);
  api.list.mockResolvedValueOnce(ok({ items: [image("b", at(2)), image("a", at(1))], nextCursor: null }));
  await list.refresh();
  expect(shown()).toEqual(["b", "a"]);
});

test("an image that was taken out elsewhere leaves with the next refresh, and news does not bring it back", async () => {
  const { api, list, generations, shown } = await openList([image("b", at(2)), image("a", at(1))]);
  api.list.mockResolvedValueOnce(ok({ items: [image("a", at(1))], nextCursor: null }));
  await list.refresh();
  generations.edit("b", { favorite: true }).confirm();
  expect(shown()).toEqual(["a"]);
});

test("a collection that was deleted elsewhere has no images, and says why", async () => {
  const { api, list, shown } = await openList([image("a", at(1))]);
  api.list.mockResolvedValueOnce(failure("not_found"));
  await list.refresh();
  expect([shown(), list.state.value, list.error.value?.code]).toEqual([[], "failed", "not_found"]);
});

test("a member that leaves another filter of the list comes back when it matches again", async () => {
  const { generations, shown } = await openList(
    [image("a", { ...at(1), favorite: true })],
    "?collection=c1&favorite=true",
  );
  generations.edit("a", { favorite: false }).confirm();
  expect(shown()).toEqual([]);
  generations.edit("a", { favorite: true }).confirm();
  expect(shown()).toEqual(["a"]);
});

test("adds more than a request can hold in several", async () => {
  const { api, collections, texts } = await openList([]);
  const ids = Array.from({ length: 250 }, (_, index) => `i${index}`);
  await collections.add("c1", ids);
  const chunks = api.requests("POST /api/generations/bulk") as { ids: string[] }[];
  expect(chunks.map((body) => body.ids.length)).toEqual([100, 100, 50]);
  expect(texts()).toEqual([collectionsText.added(250, "Foxes")]);
});

test("says when the collection was deleted elsewhere, and forgets it", async () => {
  const { api, collections, texts } = await openList([]);
  api.answer("POST /api/generations/bulk", failure("not_found"));
  api.answer("GET /api/collections", ok({ collections: [] }));
  expect(await collections.add("c1", ["a"])).toBe(false);
  expect(texts()).toEqual([collectionsText.notChanged(1, "not_found")]);
  await vi.waitFor(() => expect(collections.all.value).toEqual([]));
});

test("creates, renames and deletes; each is shown before the list is read again", async () => {
  const { api, collections } = await openList([]);
  const names = () => collections.all.value?.map(({ name }) => name);
  // The list that is read after each change never comes back.
  api.answer("GET /api/collections", new Promise(() => {}));
  api.answer("POST /api/collections", ok({ collection: collection("c2", "Owls") }));
  expect(await collections.create("Owls")).toMatchObject({ ok: true, value: { id: "c2" } });
  expect(names()).toEqual(["Owls", "Foxes"]);
  api.answer("PATCH /api/collections/c1", ok({ collection: collection("c1", "Red foxes") }));
  expect(await collections.rename("c1", "Red foxes")).toBeNull();
  expect(names()).toEqual(["Owls", "Red foxes"]);
  api.answer("DELETE /api/collections/c2", failure("not_found"));
  expect(await collections.delete("c2"), "already deleted elsewhere").toBeNull();
  expect(names()).toEqual(["Red foxes"]);
});

test.each(["maximum_reached", "invalid_request", "network_error"] as const)(
  "a collection that could not be created is an error: %s",
  async (code) => {
    const { api, collections } = await openList([]);
    api.answer("POST /api/collections", failure(code));
    expect(await collections.create("Owls")).toEqual(failure(code));
    expect(collections.all.value).toHaveLength(1);
  },
);

test("a list that was requested before a change does not replace it", async () => {
  const { api, collections } = await openList([]);
  let respond: (result: unknown) => void = () => {};
  api.answer("GET /api/collections", new Promise((resolve) => (respond = resolve)));
  const loading = collections.load();
  api.answer("GET /api/collections", new Promise(() => {}));
  api.answer("POST /api/collections", ok({ collection: collection("c2", "Owls") }));
  await collections.create("Owls");
  respond(ok({ collections: [] }));
  await loading;
  expect(collections.all.value?.map(({ id }) => id)).toEqual(["c2", "c1"]);
});

test("rechecks the session when a change finds it ended", async () => {
  const { api, collections, recheck } = await openList([]);
  api.answer("DELETE /api/collections/c1", failure("unauthenticated"));
  expect(await collections.delete("c1")).toMatchObject({ code: "unauthenticated" });
  expect(recheck).toHaveBeenCalledOnce();
  expect(collections.find("c1")).toBeDefined();
});

test("the oldest come first: a new image waits for the last page, then it is the last", async () => {
  const { api, list, generations, shown } = await openList(
    [image("a", at(1)), image("b", at(2))],
    "?sort=oldest",
    "next",
  );
  generations.upsert(image("d", at(4)));
  expect(shown()).toEqual(["a", "b"]);
  api.list.mockResolvedValueOnce(ok({ items: [image("c", at(3))], nextCursor: null }));
  await list.loadMore();
  generations.upsert(image("e", at(5)));
  expect(shown()).toEqual(["a", "b", "c", "e"]);
  expect(list.newCount.value, "they are not at the top").toBe(0);
  api.list.mockResolvedValueOnce(ok({ items: [image("b", at(2)), image("c", at(3))], nextCursor: "next" }));
  await list.refresh();
  expect(shown(), "deleted elsewhere").toEqual(["b", "c", "e"]);
  api.list.mockResolvedValueOnce(ok({ items: [image("c", at(3)), image("f", at(6))], nextCursor: null }));
  await list.loadMore();
  expect([shown(), api.list.mock.lastCall?.[0]], "the last page was read again").toEqual([
    ["b", "c", "e", "f"],
    "next",
  ]);
});
