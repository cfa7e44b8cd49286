import { expect, test } from "vitest";
import type { Api } from "../../frontend/api/client.ts";
import { errors } from "../../frontend/text/errors.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { failure, generation, image, NOW, ok, setUp } from "./support.ts";

type ApiResult = Awaited<ReturnType<Api["favorite"]>>;

const LINK = "https://studio.example/s/x";

/** A studio that holds these images. */
function open(...images: Generation[]) {
  const world = setUp();
  const { generations, texts } = world;
  for (const held of images) generations.upsert(held);
  return {
    ...world,
    favorite: (id: string) => generations.peek(id)?.favorite,
    isFavorite: () => Object.fromEntries(images.map(({ id }) => [id, generations.peek(id)?.favorite])),
    message: () => texts().at(-1),
  };
}

test("two quick clicks: the second is sent after the first response, and the last click wins", async () => {
  const { api, favorites, generations, favorite } = open(image("a"));
  const responses = [Promise.withResolvers<ApiResult>(), Promise.withResolvers<ApiResult>()];
  for (const { promise } of responses) api.favorite.mockReturnValueOnce(promise);
  const done = favorites.toggle("a");
  expect(favorite("a")).toBe(true);
  void favorites.toggle("a");
  expect(favorite("a")).toBe(false);
  expect(api.favorite.mock.calls, "one request at a time").toEqual([["a", true]]);
  // The push of the first request arrives late.
  generations.upsert(image("a", { favorite: true }));
  expect(favorite("a"), "the user has changed it since").toBe(false);
  responses[0]?.resolve(ok({ generation: image("a", { favorite: true }) }));
  await expect.poll(() => api.favorite.mock.calls.length).toBe(2);
  responses[1]?.resolve(ok({ generation: image("a") }));
  await done;
  expect(api.favorite.mock.calls).toEqual([
    ["a", true],
    ["a", false],
  ]);
  expect(favorite("a")).toBe(false);
});

test("a failure resets the favorite and nothing else", async () => {
  const { api, favorites, generations, message } = open(image("a"));
  const response = Promise.withResolvers<ApiResult>();
  api.favorite.mockReturnValueOnce(response.promise);
  const done = favorites.toggle("a");
  generations.upsert(image("a", { shareUrl: LINK }));
  response.resolve(failure("storage_unavailable"));
  await done;
  expect(generations.peek("a")).toEqual(image("a", { shareUrl: LINK }));
  expect(message()).toBe(errors.sentence("storage_unavailable"));
});

test("a success keeps what changed during the request", async () => {
  const { api, favorites, generations } = open(image("a"));
  const response = Promise.withResolvers<ApiResult>();
  api.favorite.mockReturnValueOnce(response.promise);
  const done = favorites.toggle("a");
  generations.upsert(image("a", { shareUrl: LINK }));
  response.resolve(ok({ generation: image("a", { favorite: true }) }));
  await done;
  expect(generations.peek("a")).toEqual(image("a", { favorite: true, shareUrl: LINK }));
});

test("many together: shown at once, and only those that change are sent", async () => {
  const { api, favorites, isFavorite, message } = open(
    image("a"),
    image("b", { favorite: true }),
    image("c"),
  );
  const done = favorites.setAll(["a", "b", "c"], true);
  expect(isFavorite()).toEqual({ a: true, b: true, c: true });
  await done;
  expect(api.bulk.mock.calls).toEqual([[["a", "c"], "favorite"]]);
  expect(isFavorite()).toEqual({ a: true, b: true, c: true });
  expect(message()).toBe(galleryText.favored(2));
});

test("many together: those that fail are reset", async () => {
  const { api, favorites, isFavorite, message } = open(image("a"), image("c"));
  api.bulk.mockResolvedValueOnce(ok({ done: ["a"], missing: [], failed: ["c"] }));
  await favorites.setAll(["a", "c"], true);
  expect(isFavorite()).toEqual({ a: true, c: false });
  expect(message()).toMatch(/^1 image couldn't be /);
});

test("a click during a bulk request is sent after it", async () => {
  const { api, favorites, isFavorite } = open(image("a"), image("c"));
  const response = Promise.withResolvers<Awaited<ReturnType<Api["bulk"]>>>();
  api.bulk.mockReturnValueOnce(response.promise);
  api.favorite.mockResolvedValue(ok({ generation: image("a") }));
  const done = favorites.setAll(["a", "c"], true);
  void favorites.toggle("a");
  expect(api.favorite).not.toHaveBeenCalled();
  response.resolve(ok({ done: ["a", "c"], missing: [], failed: [] }));
  await done;
  expect(api.favorite.mock.calls).toEqual([["a", false]]);
  expect(isFavorite()).toEqual({ a: false, c: true });
});

test("old favorites add no entries to the feed; recent generations do", async () => {
  const { api, favorites, generations, feed, userSession, begin } = open();
  const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
  const old = Array.from({ length: 50 }, (_, index) =>
    image(`old-${index}`, { createdAt: at(-10_000 - index) }),
  );
  for (const held of old) generations.upsert(held);
  expect(feed.entries.value, "before the latest are loaded").toEqual([]);
  api.list.mockResolvedValue(
    ok({
      items: [image("new", { createdAt: at(-5) }), image("older", { createdAt: at(-60) })],
      nextCursor: "c",
    }),
  );
  await begin();
  await expect.poll(() => userSession.recent.value).toBe("ready");
  await favorites.setAll(
    old.map(({ id }) => id),
    true,
  );
  const ids = () => feed.entries.value.map(({ id }) => id);
  expect(ids()).toEqual(["new", "older"]);
  generations.upsert(image("other-tab", { createdAt: at(-1) }));
  generations.upsert(generation("running", { createdAt: at(-10_000) }));
  expect(ids()).toEqual(["other-tab", "new", "older", "running"]);
});
