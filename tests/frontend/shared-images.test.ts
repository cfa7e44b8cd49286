import { expect, test } from "vitest";
import { createSharedImages } from "../../frontend/account/shared-images.ts";
import { createGenerations } from "../../frontend/studio/images/generations.ts";
import { failure, fakeApi, image, ok } from "./support.ts";

const shared = (id: string) => image(id, { shareUrl: `https://studio.example/s/${id}` });

function open(...pages: string[][]) {
  const api = fakeApi();
  const generations = createGenerations();
  for (const [index, ids] of pages.entries()) {
    const nextCursor = index < pages.length - 1 ? String(index + 1) : null;
    api.list.mockResolvedValueOnce(ok({ items: ids.map(shared), nextCursor }));
  }
  const images = createSharedImages({ api, generations });
  return { api, generations, images, shown: () => images.shown.value.map(({ id }) => id) };
}

test("reads the shared images page by page, past an empty page", async () => {
  const { api, images, shown } = open([], ["a", "b"], ["c"]);
  await images.loadMore();
  expect([shown(), images.state.value]).toEqual([["a", "b"], "more"]);
  await images.loadMore();
  expect([shown(), images.state.value]).toEqual([["a", "b", "c"], "end"]);
  expect(api.list.mock.calls.map(([cursor, , filters]) => [cursor, filters])).toEqual(
    [null, "1", "2"].map((cursor) => [cursor, { shared: true }]),
  );
});

test("an image leaves when its link is turned off, or when it is deleted", async () => {
  const { generations, images, shown } = open(["a", "b", "c"]);
  images.run();
  await images.loadMore();
  generations.edit("a", { shareUrl: null }).confirm();
  generations.delete("b");
  expect(shown()).toEqual(["c"]);
});

test("a failed page keeps the images before it, and can be repeated", async () => {
  const { api, images, shown } = open(["a"], ["b"]);
  await images.loadMore();
  api.list.mockReset().mockResolvedValueOnce(failure("network_error"));
  await images.loadMore();
  expect([shown(), images.state.value, images.error.value?.code]).toEqual([["a"], "failed", "network_error"]);
  api.list.mockResolvedValueOnce(ok({ items: [shared("b")], nextCursor: null }));
  await images.loadMore();
  expect([shown(), images.error.value]).toEqual([["a", "b"], null]);
});

test("turns off all links, also of images that are not loaded", async () => {
  const ids = Array.from({ length: 130 }, (_, index) => `i${index}`);
  const { api, images, shown } = open(["i0"]);
  await images.loadMore();
  api.list
    .mockResolvedValueOnce(ok({ items: ids.slice(0, 100).map(shared), nextCursor: "next" }))
    .mockResolvedValueOnce(ok({ items: ids.slice(100).map(shared), nextCursor: null }));
  expect(await images.turnOffAll()).toBeNull();
  expect(shown()).toEqual([]);
  expect(api.bulk.mock.calls.flatMap(([chunk]) => chunk)).toEqual(ids);
  expect(api.bulk.mock.calls.map(([, action]) => action)).toEqual(["unshare", "unshare"]);
});

test("stops at the first failure, and keeps what is still shared", async () => {
  const { api, images, shown } = open(["a", "b"]);
  await images.loadMore();
  api.list.mockResolvedValueOnce(ok({ items: [shared("a"), shared("b")], nextCursor: null }));
  api.bulk.mockResolvedValueOnce(ok({ done: ["a"], missing: [], failed: ["b"] }));
  expect(await images.turnOffAll()).toMatchObject({ code: "storage_unavailable" });
  expect([shown(), images.turnedOff.value]).toEqual([["b"], null]);
});
