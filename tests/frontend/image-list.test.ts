import { signal } from "@preact/signals";
import { describe, expect, test } from "vitest";
import { NO_FILTERS, readFilters } from "../../frontend/studio/images/filters.ts";
import { createGenerations } from "../../frontend/studio/images/generations.ts";
import { createImageList } from "../../frontend/studio/images/image-list.ts";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { failure, fakeApi, generation, image, ok } from "./support.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 9, minute)).toISOString();
const at9 = (id: string, minute: number, changes: Partial<Generation> = {}) =>
  image(id, { createdAt: at(minute), ...changes });
const page = (items: Generation[], nextCursor: string | null = null) => ok({ items, nextCursor });

function open(search = "") {
  const api = fakeApi();
  const generations = createGenerations();
  const connected = signal(true);
  const list = createImageList(
    { api, generations, connected, isGrouped: signal(false), takeInlinePage: () => null },
    readFilters(search),
  );
  return {
    api,
    list,
    generations,
    connected,
    ids: () => list.shown.value.map(({ id }) => id),
    push: (news: Generation) => generations.upsert(news),
  };
}

describe("reading", () => {
  test("continues up to the image that the user saw before a reload, and no further", async () => {
    const { api, list, ids } = open();
    api.list.mockResolvedValueOnce(page([at9("d", 4)], "after-d"));
    api.list.mockResolvedValueOnce(page([at9("c", 3), at9("b", 2)], "after-b"));
    await list.loadMore("b");
    expect(ids()).toEqual(["d", "c", "b"]);
    expect(api.list).toHaveBeenCalledTimes(2);
  });

  test("stops looking for an image that no longer exists", async () => {
    const { api, list } = open();
    let pages = 0;
    api.list.mockImplementation(async () => page([at9(`p${(pages += 1)}`, 50 - pages)], `after-${pages}`));
    await list.loadMore("deleted");
    expect([pages, list.state.value]).toEqual([20, "more"]);
  });

  test("reads page after page to the end", async () => {
    const { api, list, ids } = open();
    api.list.mockResolvedValueOnce(page([at9("c", 3), at9("b", 2)], "after-b"));
    api.list.mockResolvedValueOnce(page([at9("a", 1)]));
    await list.loadMore();
    expect(list.state.value).toBe("more");
    await list.loadMore();
    await list.loadMore();
    expect(ids()).toEqual(["c", "b", "a"]);
    expect(list.state.value).toBe("end");
    expect(api.list.mock.calls.map(([cursor]) => cursor)).toEqual([null, "after-b"]);
  });

  test("requests finished images, or what the filters say", async () => {
    const plain = open();
    await plain.list.loadMore();
    expect(plain.api.list.mock.calls[0]?.[2]).toEqual({ status: "succeeded" });
    const all = open("?q=fox&model=truefusion-edge&status=all&favorite=true");
    await all.list.loadMore();
    expect(all.api.list.mock.calls[0]?.[2]).toEqual({ q: "fox", model: "truefusion-edge", favorite: true });
  });

  test("requests a page once, however often it is called", async () => {
    const { api, list } = open();
    await Promise.all([list.loadMore(), list.loadMore(), list.loadMore()]);
    expect(api.list).toHaveBeenCalledOnce();
  });

  test("continues over pages without a match, and shows that it still searches", async () => {
    const { api, list, ids } = open("?q=fox");
    const second = Promise.withResolvers<ReturnType<typeof page>>();
    api.list.mockResolvedValueOnce(page([], "1"));
    api.list.mockReturnValueOnce(second.promise);
    const reading = list.loadMore();
    expect(list.isSearchingFurther.value).toBe(false);
    await expect.poll(() => list.isSearchingFurther.value).toBe(true);
    second.resolve(page([at9("a", 1)], "2"));
    await reading;
    expect(ids()).toEqual(["a"]);
    expect([list.isSearchingFurther.value, list.state.value]).toEqual([false, "more"]);
  });

  test("shows an error after a failure, and requests the same page again", async () => {
    const { api, list, ids } = open();
    api.list.mockResolvedValueOnce(page([at9("b", 2)], "after-b"));
    api.list.mockResolvedValueOnce(failure("storage_unavailable"));
    api.list.mockResolvedValueOnce(page([at9("a", 1)]));
    await list.loadMore();
    await list.loadMore();
    expect(list.state.value).toBe("failed");
    expect(list.error.value?.code).toBe("storage_unavailable");
    await list.loadMore();
    expect(ids()).toEqual(["b", "a"]);
    expect(api.list.mock.calls.map(([cursor]) => cursor)).toEqual([null, "after-b", "after-b"]);
  });

  test("cancels its request when paused, and can continue", async () => {
    const { api, list, ids } = open();
    const lost = Promise.withResolvers<ReturnType<typeof page>>();
    api.list.mockReturnValueOnce(lost.promise);
    const reading = list.loadMore();
    list.pause();
    expect(api.list.mock.calls[0]?.[3]?.aborted).toBe(true);
    lost.resolve(page([at9("z", 9)]));
    await reading;
    expect(ids()).toEqual([]);
    api.list.mockResolvedValueOnce(page([at9("a", 1)]));
    await list.loadMore();
    expect(ids()).toEqual(["a"]);
  });
});

describe("news", () => {
  test("a new image appears on top, an old one with its page, none twice", async () => {
    const { api, list, ids, push } = open();
    api.list.mockResolvedValueOnce(page([at9("c", 3), at9("b", 2)], "after-b"));
    api.list.mockResolvedValueOnce(page([at9("b", 2), at9("a", 1)]));
    await list.loadMore();
    push(at9("d", 4));
    push(at9("a", 1));
    expect(ids()).toEqual(["d", "c", "b"]);
    expect(list.newCount.value, "counts those added since the first page").toBe(1);
    await list.loadMore();
    expect(ids()).toEqual(["d", "c", "b", "a"]);
  });

  test("a push during the first request is not lost", async () => {
    const { api, list, ids, push } = open();
    const first = Promise.withResolvers<ReturnType<typeof page>>();
    api.list.mockReturnValueOnce(first.promise);
    const reading = list.loadMore();
    push(at9("b", 2));
    first.resolve(page([at9("a", 1)]));
    await reading;
    expect(ids()).toEqual(["b", "a"]);
  });

  test("a push during a request is newer than the page", async () => {
    const { api, list, ids, push } = open("?favorite=true");
    for (const [next, id] of [
      ["after-b", "b"],
      [null, "a"],
    ] as const) {
      const answer = Promise.withResolvers<ReturnType<typeof page>>();
      api.list.mockReturnValueOnce(answer.promise);
      const reading = list.loadMore();
      push(at9(id, 1));
      answer.resolve(page([at9(id, 1, { favorite: true })], next));
      await reading;
    }
    expect(ids()).toEqual([]);
  });

  test("a push during a refresh is newer than its answer", async () => {
    const { api, list, ids, connected, push } = open("?favorite=true");
    api.list.mockResolvedValueOnce(page([at9("a", 1, { favorite: true })]));
    await list.loadMore();
    const answer = Promise.withResolvers<ReturnType<typeof page>>();
    api.list.mockReturnValueOnce(answer.promise);
    connected.value = false;
    connected.value = true;
    push(at9("a", 1));
    answer.resolve(page([at9("a", 1, { favorite: true })]));
    await answer.promise;
    await Promise.resolve();
    expect(ids()).toEqual([]);
  });

  test("an image appears when it is finished", async () => {
    const { list, ids, push } = open();
    await list.loadMore();
    push(generation("a", { status: "processing" }));
    expect(ids()).toEqual([]);
    push(at9("a", 1));
    expect(ids()).toEqual(["a"]);
  });

  test("an image that stops matching the filters leaves", async () => {
    const favorites = open("?favorite=true");
    favorites.api.list.mockResolvedValueOnce(page([at9("a", 1, { favorite: true })]));
    await favorites.list.loadMore();
    favorites.push(at9("a", 1));
    expect(favorites.ids()).toEqual([]);

    const working = open("?status=processing");
    working.api.list.mockResolvedValueOnce(page([generation("b", { status: "processing" })]));
    await working.list.loadMore();
    working.push(at9("b", 2));
    expect(working.ids()).toEqual([]);
  });

  test("a deleted image leaves and does not come back", async () => {
    const { api, list, ids, push, generations } = open();
    api.list.mockResolvedValueOnce(page([at9("b", 2)], "1"));
    api.list.mockResolvedValueOnce(page([at9("a", 1)]));
    await list.loadMore();
    generations.delete("b");
    generations.delete("a");
    push(at9("b", 2));
    await list.loadMore();
    expect(ids()).toEqual([]);
  });

  test("after a reconnection the first page is read again: additions and deletions show", async () => {
    const { api, list, ids, connected } = open();
    const read: Generation[] = [at9("c", 3), at9("b", 2), at9("a", 1)];
    api.list.mockResolvedValueOnce(page(read, "after-a"));
    await list.loadMore();
    const answer = Promise.withResolvers<ReturnType<typeof page>>();
    api.list.mockReturnValueOnce(answer.promise);
    connected.value = false;
    connected.value = true;
    answer.resolve(page([at9("d", 4), at9("c", 3), at9("a", 1)], "after-a"));
    await expect.poll(ids).toEqual(["d", "c", "a"]);
  });

  test("a push during a refresh stays, although the answer does not have it", async () => {
    const { api, list, ids, connected, push } = open();
    api.list.mockResolvedValueOnce(page([at9("b", 2), at9("a", 1)]));
    await list.loadMore();
    const answer = Promise.withResolvers<ReturnType<typeof page>>();
    api.list.mockReturnValueOnce(answer.promise);
    connected.value = false;
    connected.value = true;
    push(at9("c", 3));
    answer.resolve(page([at9("a", 1)]));
    await expect.poll(ids).toEqual(["c", "a"]);
  });

  test("a connection during a request causes a refresh after it", async () => {
    const { api, list, ids, connected } = open();
    connected.value = false;
    const answer = Promise.withResolvers<ReturnType<typeof page>>();
    api.list.mockReturnValueOnce(answer.promise);
    api.list.mockResolvedValueOnce(page([at9("b", 2), at9("a", 1)]));
    const reading = list.loadMore();
    connected.value = true;
    answer.resolve(page([at9("a", 1)]));
    await reading;
    await expect.poll(ids).toEqual(["b", "a"]);
    expect(api.list).toHaveBeenCalledTimes(2);
  });

  test("a refresh reads on until it meets an image of the list: no gap remains", async () => {
    const { api, list, ids, connected } = open();
    api.list.mockResolvedValueOnce(page([at9("b", 2), at9("a", 1)]));
    await list.loadMore();
    api.list.mockResolvedValueOnce(page([at9("f", 6), at9("e", 5)], "after-e"));
    api.list.mockResolvedValueOnce(page([at9("d", 4), at9("c", 3), at9("b", 2)], "after-b"));
    connected.value = false;
    connected.value = true;
    await expect.poll(ids).toEqual(["f", "e", "d", "c", "b", "a"]);
    expect(api.list.mock.calls.map(([cursor]) => cursor)).toEqual([null, null, "after-e"]);
  });

  test("a refresh without a match keeps older images", async () => {
    const { api, list, ids, connected } = open("?q=fox");
    api.list.mockResolvedValueOnce(page([at9("a", 1)], "after-a"));
    await list.loadMore();
    api.list.mockResolvedValueOnce(page([], "before-a"));
    connected.value = false;
    connected.value = true;
    await expect.poll(() => api.list.mock.calls.length).toBe(2);
    await Promise.resolve();
    expect(ids()).toEqual(["a"]);
  });

  test("a hidden image comes back in its place", async () => {
    const { api, list, ids, generations } = open();
    api.list.mockResolvedValueOnce(page([at9("b", 2), at9("a", 1)]));
    await list.loadMore();
    generations.hidden.value = new Set(["b"]);
    expect(ids()).toEqual(["a"]);
    generations.hidden.value = new Set();
    expect(ids()).toEqual(["b", "a"]);
  });

  test("a closed list ignores changes", async () => {
    const { list, ids, push } = open();
    await list.loadMore();
    list.close();
    push(at9("a", 1));
    expect(ids()).toEqual([]);
  });
});

test("a list without filters shows finished images only", () => {
  expect(open().list.filters).toEqual(NO_FILTERS);
});
