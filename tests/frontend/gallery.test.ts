import { signal } from "@preact/signals";
import { describe, expect, test } from "vitest";
import { NO_FILTERS, readFilters } from "../../frontend/studio/filters.ts";
import { createList } from "../../frontend/studio/image-list.ts";
import type { Listener } from "../../frontend/studio/studio.ts";
import type { Generation } from "../../worker/contract.ts";
import { fakeApi, generation, later, no, ok } from "./support.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 9, minute)).toISOString();
const picture = (id: string, minute: number, changes: Partial<Generation> = {}) =>
  generation(id, { status: "succeeded", createdAt: at(minute), ...changes });
const page = (items: Generation[], nextCursor: string | null = null) => ok({ items, nextCursor });

function open(search = "") {
  const api = fakeApi();
  let listener: Listener | undefined;
  const hidden = signal<ReadonlySet<string>>(new Set());
  const up = signal(true);
  const list = createList(
    {
      api,
      listen: (heard) => {
        listener = heard;
        return () => {
          listener = undefined;
          return true;
        };
      },
      hidden,
      up,
    },
    readFilters(search),
  );
  const ids = () => list.shown.value.map(({ id }) => id);
  return {
    api,
    list,
    ids,
    hidden,
    up,
    changed: (news: Generation) => listener?.changed(news),
    dropped: (id: string) => listener?.dropped(id),
    isHeard: () => listener !== undefined,
  };
}

describe("reading", () => {
  test("goes on up to the image that the user saw before a reload, and no further", async () => {
    const { api, list, ids } = open();
    api.list.mockResolvedValueOnce(page([picture("d", 4)], "after-d"));
    api.list.mockResolvedValueOnce(page([picture("c", 3), picture("b", 2)], "after-b"));
    await list.more("b");
    expect(ids()).toEqual(["d", "c", "b"]);
    expect(api.list).toHaveBeenCalledTimes(2);
  });

  test("gives up on an image that is no longer there", async () => {
    const { api, list } = open();
    let pages = 0;
    api.list.mockImplementation(async () =>
      page([picture(`p${(pages += 1)}`, 50 - pages)], `after-${pages}`),
    );
    await list.more("deleted");
    expect([pages, list.state.value]).toEqual([20, "more"]);
  });

  test("goes page after page by cursor, to the end and not beyond", async () => {
    const { api, list, ids } = open();
    api.list.mockResolvedValueOnce(page([picture("c", 3), picture("b", 2)], "after-b"));
    api.list.mockResolvedValueOnce(page([picture("a", 1)]));
    await list.more();
    expect(list.state.value).toBe("more");
    await list.more();
    await list.more();
    expect(ids()).toEqual(["c", "b", "a"]);
    expect(list.state.value).toBe("end");
    expect(api.list.mock.calls.map(([cursor]) => cursor)).toEqual([null, "after-b"]);
  });

  test("asks for pictures only, and for what the filters say", async () => {
    const plain = open();
    await plain.list.more();
    expect(plain.api.list.mock.calls[0]?.[2]).toEqual({ status: "succeeded" });
    const all = open("?q=fox&model=truefusion-edge&status=all&favorite=true");
    await all.list.more();
    expect(all.api.list.mock.calls[0]?.[2]).toEqual({ q: "fox", model: "truefusion-edge", favorite: true });
  });

  test("asks once however often the end comes into sight", async () => {
    const { api, list } = open();
    await Promise.all([list.more(), list.more(), list.more()]);
    expect(api.list).toHaveBeenCalledOnce();
  });

  test("goes on over pages in which a search found nothing, and says so meanwhile", async () => {
    const { api, list, ids } = open("?q=fox");
    const second = later<ReturnType<typeof page>>();
    api.list.mockResolvedValueOnce(page([], "1"));
    api.list.mockReturnValueOnce(second.promise);
    const reading = list.more();
    expect(list.looking.value).toBe(false);
    await expect.poll(() => list.looking.value).toBe(true);
    second.resolve(page([picture("a", 1)], "2"));
    await reading;
    expect(ids()).toEqual(["a"]);
    expect([list.looking.value, list.state.value]).toEqual([false, "more"]);
  });

  test("a failure is told, and the same page is asked for again", async () => {
    const { api, list, ids } = open();
    api.list.mockResolvedValueOnce(page([picture("b", 2)], "after-b"));
    api.list.mockResolvedValueOnce(no("storage_unavailable"));
    api.list.mockResolvedValueOnce(page([picture("a", 1)]));
    await list.more();
    await list.more();
    expect(list.state.value).toBe("failed");
    expect(list.problem.value?.code).toBe("storage_unavailable");
    await list.more();
    expect(ids()).toEqual(["b", "a"]);
    expect(api.list.mock.calls.map(([cursor]) => cursor)).toEqual([null, "after-b", "after-b"]);
  });

  test("gives up a request that nobody waits for, and can be gone on with", async () => {
    const { api, list, ids } = open();
    const lost = later<ReturnType<typeof page>>();
    api.list.mockReturnValueOnce(lost.promise);
    const reading = list.more();
    list.pause();
    expect(api.list.mock.calls[0]?.[3]?.aborted).toBe(true);
    lost.resolve(page([picture("z", 9)]));
    await reading;
    expect(ids()).toEqual([]);
    api.list.mockResolvedValueOnce(page([picture("a", 1)]));
    await list.more();
    expect(ids()).toEqual(["a"]);
  });
});

describe("news", () => {
  test("a new picture comes in on top, an old one with its page, and none twice", async () => {
    const { api, list, ids, changed } = open();
    api.list.mockResolvedValueOnce(page([picture("c", 3), picture("b", 2)], "after-b"));
    api.list.mockResolvedValueOnce(page([picture("b", 2), picture("a", 1)]));
    await list.more();
    changed(picture("d", 4));
    changed(picture("a", 1));
    expect(ids()).toEqual(["d", "c", "b"]);
    expect(list.arrived.value, "apart from what was read").toBe(1);
    await list.more();
    expect(ids()).toEqual(["d", "c", "b", "a"]);
  });

  test("what arrives while the first page is under way is not lost", async () => {
    const { api, list, ids, changed } = open();
    const first = later<ReturnType<typeof page>>();
    api.list.mockReturnValueOnce(first.promise);
    const reading = list.more();
    changed(picture("b", 2));
    first.resolve(page([picture("a", 1)]));
    await reading;
    expect(ids()).toEqual(["b", "a"]);
  });

  test("what is heard while a page is under way is newer than the page", async () => {
    const { api, list, ids, changed } = open("?favorite=true");
    for (const [next, id] of [
      ["after-b", "b"],
      [null, "a"],
    ] as const) {
      const answer = later<ReturnType<typeof page>>();
      api.list.mockReturnValueOnce(answer.promise);
      const reading = list.more();
      changed(picture(id, 1));
      answer.resolve(page([picture(id, 1, { favorite: true })], next));
      await reading;
    }
    expect(ids()).toEqual([]);
  });

  test("what is heard while the top is read again is newer than the answer", async () => {
    const { api, list, ids, up, changed } = open("?favorite=true");
    api.list.mockResolvedValueOnce(page([picture("a", 1, { favorite: true })]));
    await list.more();
    const answer = later<ReturnType<typeof page>>();
    api.list.mockReturnValueOnce(answer.promise);
    up.value = false;
    up.value = true;
    changed(picture("a", 1));
    answer.resolve(page([picture("a", 1, { favorite: true })]));
    await answer.promise;
    await Promise.resolve();
    expect(ids()).toEqual([]);
  });

  test("shows a picture when it is there, not before", async () => {
    const { list, ids, changed } = open();
    await list.more();
    changed(generation("a", { status: "processing" }));
    expect(ids()).toEqual([]);
    changed(picture("a", 1));
    expect(ids()).toEqual(["a"]);
  });

  test("what stops matching leaves: a favourite that is none, one on its way that is done", async () => {
    const favorites = open("?favorite=true");
    favorites.api.list.mockResolvedValueOnce(page([picture("a", 1, { favorite: true })]));
    await favorites.list.more();
    favorites.changed(picture("a", 1));
    expect(favorites.ids()).toEqual([]);

    const working = open("?status=processing");
    working.api.list.mockResolvedValueOnce(page([generation("b", { status: "processing" })]));
    await working.list.more();
    working.changed(picture("b", 2));
    expect(working.ids()).toEqual([]);
  });

  test("what was deleted goes and stays away", async () => {
    const { api, list, ids, changed, dropped } = open();
    api.list.mockResolvedValueOnce(page([picture("b", 2)], "1"));
    api.list.mockResolvedValueOnce(page([picture("a", 1)]));
    await list.more();
    dropped("b");
    dropped("a");
    changed(picture("b", 2));
    await list.more();
    expect(ids()).toEqual([]);
  });

  test("after a cut line the top is read again: what came and what went meanwhile", async () => {
    const { api, list, ids, up } = open();
    const read: Generation[] = [picture("c", 3), picture("b", 2), picture("a", 1)];
    api.list.mockResolvedValueOnce(page(read, "after-a"));
    await list.more();
    const answer = later<ReturnType<typeof page>>();
    api.list.mockReturnValueOnce(answer.promise);
    up.value = false;
    up.value = true;
    answer.resolve(page([picture("d", 4), picture("c", 3), picture("a", 1)], "after-a"));
    await expect.poll(ids).toEqual(["d", "c", "a"]);
  });

  test("what arrives while the top is read again stays, though the answer is older", async () => {
    const { api, list, ids, up, changed } = open();
    api.list.mockResolvedValueOnce(page([picture("b", 2), picture("a", 1)]));
    await list.more();
    const answer = later<ReturnType<typeof page>>();
    api.list.mockReturnValueOnce(answer.promise);
    up.value = false;
    up.value = true;
    changed(picture("c", 3));
    answer.resolve(page([picture("a", 1)]));
    await expect.poll(ids).toEqual(["c", "a"]);
  });

  test("the line comes up while a page is under way: what ended before it was up is not missed", async () => {
    const { api, list, ids, up } = open();
    up.value = false;
    const answer = later<ReturnType<typeof page>>();
    api.list.mockReturnValueOnce(answer.promise);
    api.list.mockResolvedValueOnce(page([picture("b", 2), picture("a", 1)]));
    const reading = list.more();
    up.value = true;
    answer.resolve(page([picture("a", 1)]));
    await reading;
    await expect.poll(ids).toEqual(["b", "a"]);
    expect(api.list).toHaveBeenCalledTimes(2);
  });

  test("after a cut line a part of the history in which a search finds nothing takes nothing away", async () => {
    const { api, list, ids, up } = open("?q=fox");
    api.list.mockResolvedValueOnce(page([picture("a", 1)], "after-a"));
    await list.more();
    api.list.mockResolvedValueOnce(page([], "before-a"));
    up.value = false;
    up.value = true;
    await expect.poll(() => api.list.mock.calls.length).toBe(2);
    await Promise.resolve();
    expect(ids()).toEqual(["a"]);
  });

  test("hidden is not gone", async () => {
    const { api, list, ids, hidden } = open();
    api.list.mockResolvedValueOnce(page([picture("b", 2), picture("a", 1)]));
    await list.more();
    hidden.value = new Set(["b"]);
    expect(ids()).toEqual(["a"]);
    hidden.value = new Set();
    expect(ids()).toEqual(["b", "a"]);
  });

  test("a list that is closed hears nothing more", () => {
    const { list, isHeard } = open();
    list.close();
    expect(isHeard()).toBe(false);
  });
});

test("a new list of the same history filters nothing but failures", () => {
  expect(open().list.filters).toEqual(NO_FILTERS);
});
