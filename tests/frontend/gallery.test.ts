import { expect, test } from "vitest";
import { createGallery } from "../../frontend/state/gallery.ts";
import type { Listener } from "../../frontend/state/studio.ts";
import type { Generation } from "../../worker/contract.ts";
import { fakeApi, generation, no, ok } from "./support.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 9, minute)).toISOString();
const picture = (id: string, minute: number, changes: Partial<Generation> = {}) =>
  generation(id, { status: "succeeded", createdAt: at(minute), ...changes });

function open() {
  const api = fakeApi();
  let listener: Listener | undefined;
  const gallery = createGallery({
    api,
    listen: (heard) => {
      listener = heard;
      return () => true;
    },
  });
  const ids = () => gallery.pictures.value.map(({ id }) => id);
  return {
    api,
    gallery,
    ids,
    changed: (news: Generation) => listener?.changed(news),
    dropped: (id: string) => listener?.dropped(id),
  };
}

test("reads page after page by cursor, to the end and not beyond", async () => {
  const { api, gallery, ids } = open();
  api.list.mockResolvedValueOnce(ok({ items: [picture("c", 3), picture("b", 2)], nextCursor: "after-b" }));
  api.list.mockResolvedValueOnce(ok({ items: [picture("a", 1)], nextCursor: null }));
  await gallery.more();
  expect(gallery.state.value).toBe("more");
  await gallery.more();
  await gallery.more();
  expect(ids()).toEqual(["c", "b", "a"]);
  expect(gallery.state.value).toBe("end");
  expect(api.list.mock.calls.map(([cursor]) => cursor)).toEqual([null, "after-b"]);
});

test("asks once however often the end comes into sight", async () => {
  const { api, gallery } = open();
  await Promise.all([gallery.more(), gallery.more(), gallery.more()]);
  expect(api.list).toHaveBeenCalledOnce();
});

test("a page without pictures is not the end", async () => {
  const { api, gallery, ids } = open();
  const error = { code: "upstream_failed", message: "" } as const;
  api.list.mockResolvedValueOnce(
    ok({ items: [generation("f", { status: "failed", error })], nextCursor: "1" }),
  );
  api.list.mockResolvedValueOnce(ok({ items: [], nextCursor: "2" }));
  api.list.mockResolvedValueOnce(ok({ items: [picture("a", 1)], nextCursor: "3" }));
  await gallery.more();
  expect(ids()).toEqual(["a"]);
  expect(gallery.state.value).toBe("more");
});

test("a failure is told, and the same page is asked for again", async () => {
  const { api, gallery, ids } = open();
  api.list.mockResolvedValueOnce(ok({ items: [picture("b", 2)], nextCursor: "after-b" }));
  api.list.mockResolvedValueOnce(no("storage_unavailable"));
  api.list.mockResolvedValueOnce(ok({ items: [picture("a", 1)], nextCursor: null }));
  await gallery.more();
  await gallery.more();
  expect(gallery.state.value).toBe("failed");
  expect(gallery.problem.value?.code).toBe("storage_unavailable");
  expect(ids()).toEqual(["b"]);
  await gallery.more();
  expect(ids()).toEqual(["b", "a"]);
  expect(api.list.mock.calls.map(([cursor]) => cursor)).toEqual([null, "after-b", "after-b"]);
});

test("a new picture comes in on top, an old one with its page, and none twice", async () => {
  const { api, gallery, ids, changed } = open();
  api.list.mockResolvedValueOnce(ok({ items: [picture("c", 3), picture("b", 2)], nextCursor: "after-b" }));
  api.list.mockResolvedValueOnce(ok({ items: [picture("b", 2), picture("a", 1)], nextCursor: null }));
  await gallery.more();
  changed(picture("d", 4));
  changed(picture("a", 1));
  expect(ids()).toEqual(["d", "c", "b"]);
  await gallery.more();
  expect(ids()).toEqual(["d", "c", "b", "a"]);
});

test("shows a picture when it is there, not before", async () => {
  const { gallery, ids, changed } = open();
  await gallery.more();
  changed(generation("a", { status: "processing" }));
  expect(ids()).toEqual([]);
  changed(picture("a", 1));
  expect(ids()).toEqual(["a"]);
});

test("what was deleted goes and stays away", async () => {
  const { api, gallery, ids, changed, dropped } = open();
  api.list.mockResolvedValueOnce(ok({ items: [picture("b", 2)], nextCursor: "1" }));
  api.list.mockResolvedValueOnce(ok({ items: [picture("a", 1)], nextCursor: null }));
  await gallery.more();
  dropped("b");
  dropped("a");
  changed(picture("b", 2));
  await gallery.more();
  expect(ids()).toEqual([]);
});
