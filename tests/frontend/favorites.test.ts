import { expect, test } from "vitest";
import type { Api } from "../../frontend/api/client.ts";
import { favoriteAll, toggleFavorite } from "../../frontend/studio/favorites.ts";
import type { Generation } from "../../worker/contract.ts";
import { begin, generation, later, NOW, no, ok, setUp } from "./support.ts";

type Answer = Awaited<ReturnType<Api["favorite"]>>;

const image = (id: string, changes: Partial<Generation> = {}) =>
  generation(id, { status: "succeeded", ...changes });

function open() {
  const world = setUp();
  const seen = new Map<string, Generation>();
  world.studio.listen({ changed: (news) => void seen.set(news.id, news), dropped() {} });
  return {
    ...world,
    seen,
    isFavorite: () => Object.fromEntries([...seen].map(([id, { favorite }]) => [id, favorite])),
    message: () => world.studio.toasts.value.at(-1)?.text,
  };
}

test("two quick clicks: the second is sent after the first answer, and the last click wins", async () => {
  const { api, studio, seen } = open();
  const answers = [later<Answer>(), later<Answer>()];
  for (const { promise } of answers) api.favorite.mockReturnValueOnce(promise);
  const done = toggleFavorite(studio, image("a"));
  expect(seen.get("a")?.favorite).toBe(true);
  void toggleFavorite(studio, image("a", { favorite: true }));
  expect(seen.get("a")?.favorite).toBe(false);
  expect(api.favorite.mock.calls, "one request at a time").toEqual([["a", true]]);
  // The push of the first request arrives late.
  studio.changed(image("a", { favorite: true }));
  expect(seen.get("a")?.favorite, "the user has changed it since").toBe(false);
  answers[0]?.resolve(ok({ generation: image("a", { favorite: true }) }));
  await expect.poll(() => api.favorite.mock.calls.length).toBe(2);
  answers[1]?.resolve(ok({ generation: image("a") }));
  await done;
  expect(api.favorite.mock.calls).toEqual([
    ["a", true],
    ["a", false],
  ]);
  expect(seen.get("a")?.favorite).toBe(false);
});

test("a failure resets the favorite and nothing else", async () => {
  const { api, studio, seen, message } = open();
  const answer = later<Answer>();
  api.favorite.mockReturnValueOnce(answer.promise);
  const done = toggleFavorite(studio, image("a"));
  studio.changed(image("a", { shareUrl: "https://studio.example/s/x" }));
  answer.resolve(no("storage_unavailable"));
  await done;
  expect(seen.get("a")).toEqual(image("a", { shareUrl: "https://studio.example/s/x" }));
  expect(message()).toMatch(/can't reach its storage/);
});

test("a success keeps what changed during the request", async () => {
  const { api, studio, seen } = open();
  const answer = later<Answer>();
  api.favorite.mockReturnValueOnce(answer.promise);
  const done = toggleFavorite(studio, image("a"));
  studio.changed(image("a", { shareUrl: "https://studio.example/s/x" }));
  answer.resolve(ok({ generation: image("a", { favorite: true }) }));
  await done;
  expect(seen.get("a")).toEqual(image("a", { favorite: true, shareUrl: "https://studio.example/s/x" }));
});

test("many at once: shown at once, and only those are sent that change", async () => {
  const { api, studio, isFavorite, message } = open();
  const done = favoriteAll(studio, [image("a"), image("b", { favorite: true }), image("c")], true);
  expect(isFavorite()).toEqual({ a: true, c: true });
  await done;
  expect(api.bulk.mock.calls).toEqual([[["a", "c"], "favorite"]]);
  expect(isFavorite()).toEqual({ a: true, c: true });
  expect(message()).toBe("2 pictures added to your favourites.");
});

test("many at once: those that fail are reset", async () => {
  const { api, studio, isFavorite, message } = open();
  api.bulk.mockResolvedValueOnce(ok({ done: ["a"], missing: [], failed: ["c"] }));
  await favoriteAll(studio, [image("a"), image("c")], true);
  expect(isFavorite()).toEqual({ a: true, c: false });
  expect(message()).toMatch(/^1 picture couldn't be changed\./);
});

test("a click during a bulk request is sent after it", async () => {
  const { api, studio, isFavorite } = open();
  const answer = later<Awaited<ReturnType<Api["bulk"]>>>();
  api.bulk.mockReturnValueOnce(answer.promise);
  api.favorite.mockResolvedValue(ok({ generation: image("a") }));
  const done = favoriteAll(studio, [image("a"), image("c")], true);
  void toggleFavorite(studio, image("a", { favorite: true }));
  expect(api.favorite).not.toHaveBeenCalled();
  answer.resolve(ok({ done: ["a", "c"], missing: [], failed: [] }));
  await done;
  expect(api.favorite.mock.calls).toEqual([["a", false]]);
  expect(isFavorite()).toEqual({ a: false, c: true });
});

test("old favorites add no cards to the Create page; news of recent generations do", async () => {
  const { api, studio, cards } = open();
  const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
  const old = Array.from({ length: 50 }, (_, index) =>
    image(`old-${index}`, { createdAt: at(-10_000 - index) }),
  );
  studio.changed({ ...old[0], favorite: true } as Generation);
  expect(cards.cards.value, "before the latest are loaded").toEqual([]);
  api.list.mockResolvedValue(
    ok({
      items: [image("new", { createdAt: at(-5) }), image("older", { createdAt: at(-60) })],
      nextCursor: "c",
    }),
  );
  await begin(studio, "");
  await expect.poll(() => studio.recent.value).toBe("ready");
  await favoriteAll(studio, old, true);
  const ids = () => cards.cards.value.map((card) => card.generation.id);
  expect(ids()).toEqual(["new", "older"]);
  studio.changed(image("other-tab", { createdAt: at(-1) }));
  studio.changed(generation("running", { createdAt: at(-10_000) }));
  expect(ids()).toEqual(["other-tab", "new", "older", "running"]);
});
