// A tab that stays open for days does not grow.
import { signal } from "@preact/signals";
import { beforeEach, expect, test, vi } from "vitest";
import { createImageLists } from "../../frontend/studio/images/image-lists.ts";
import { addRecent } from "../../frontend/studio/images/recent-ids.ts";
import { generation, image, NOW, outboxItem, setUp } from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

const at = (second: number) => new Date(NOW + second * 1_000).toISOString();

test("the feed keeps the latest 100 ended entries, and every one in flight", () => {
  const { feed, generations } = setUp();
  generations.upsert(generation("slow", { createdAt: at(0) }));
  for (let count = 1; count <= 300; count += 1)
    generations.upsert(image(`g${count}`, { createdAt: at(count) }));
  const ids = feed.entries.value.map(({ id }) => id);
  expect([ids.length, ids[0], ids.at(-1)]).toEqual([101, "g300", "slow"]);
});

test("the feed keeps the latest 100 submissions", () => {
  const { feed, generations } = setUp();
  for (let count = 0; count < 300; count += 1) {
    feed.begin(outboxItem(`k${count}`), `k${count}`);
    feed.applyResponse(`k${count}`, image(`g${count}`, { createdAt: at(count) }), generations.nextVersion());
  }
  expect(feed.entries.value.length).toBeLessThanOrEqual(101);
});

test("the generations that neither the feed nor a list holds are forgotten", async () => {
  const { api, connection, galleryState, generations } = setUp();
  const connected = connection.isConnected;
  const lists = createImageLists({
    api,
    generations,
    connected,
    isGrouped: signal(false),
    takeInlinePage: () => null,
  });
  galleryState.lists.value = lists;
  const listed = image("listed", { createdAt: at(-9_000) });
  api.list.mockResolvedValue({ ok: true, value: { items: [listed], nextCursor: "more" } });
  await lists.listFor("").loadMore();
  for (let count = 1; count <= 3_000; count += 1)
    generations.upsert(image(`g${count}`, { createdAt: at(-10_000) }));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(generations.size()).toBeLessThan(200);
  expect(generations.peek("listed")).toEqual(listed);
});

test("a set of ids forgets the oldest beyond a thousand", () => {
  const ids = new Set<string>();
  for (let count = 0; count < 2_500; count += 1) addRecent(ids, `g${count}`);
  expect([ids.size, ids.has("g1499"), ids.has("g1500"), ids.has("g2499")]).toEqual([
    1_000,
    false,
    true,
    true,
  ]);
});

test("the generations held back while a click has no answer are bounded", () => {
  const { feed, generations } = setUp();
  feed.begin(outboxItem("k1"), "k1");
  for (let count = 0; count < 200; count += 1) generations.upsert(generation(`g${count}`));
  expect(feed.unmatched.value).toHaveLength(50);
});
